// A journey: a new sandbox, a browser, a story; and at the end nothing may have gone wrong behind anybody's back.

import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { startOver } from './sandbox.mjs';
import { Stage } from './stage.mjs';

const LIMIT_MS = 180_000;

/** `story` gets the stage and what else it may need; faults that it brings about itself it `forgives`; the rest is the browser's. */
export function journey(name, story, { forgives = /^$/, ...options } = {}) {
  test(name, { timeout: LIMIT_MS }, async () => {
    const info = await startOver();
    const browser = await openBrowser(options);
    try {
      const page = browser.context.pages()[0] ?? (await browser.context.newPage());
      const stage = await Stage.open(page);
      await story({ stage, page, info, ...stage });
      assert.deepEqual(browser.faults.filter((fault) => !forgives.test(fault)), [], 'nothing went wrong unseen');
    } catch (error) {
      console.error(`Pictures of “${name}”: ${await picture(browser.context)}`);
      console.error([...new Set(browser.faults)].join('\n'));
      throw error;
    } finally {
      await browser.close();
    }
  });
}

/** Every open page, in a directory that stays. */
async function picture(context) {
  const folder = await mkdtemp(join(tmpdir(), 'remit-journey-'));
  await Promise.all(context.pages().map((page, at) => page.screenshot({ path: join(folder, `${at}.png`) }).catch(() => null)));
  return folder;
}
