// Chromium, and an eye on everything in it that nobody should have to see: errors, strangers on the network, unhandled events.

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { SERVICE, STAGE } from './sandbox.mjs';

const ARGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const PORTS = new Set([STAGE, SERVICE].map((url) => new URL(url).port));

/**
 * A browser with a profile of its own. `storage: 'blocked'` is Chromium's incognito way with frames of other sites,
 * and some people's Telegram Web: there every touch of local storage throws.
 */
export async function openBrowser({ storage = 'allowed', width = 1440, height = 900, scheme = 'light' } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'remit-browser-'));
  const blocked = storage === 'blocked';
  await mkdir(join(profile, 'Default'));
  await writeFile(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ profile: { cookie_controls_mode: blocked ? 1 : 0, block_third_party_cookies: blocked } }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGS,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(20_000);
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { context, faults: watch(context), close };
}

/** Collects what went wrong from now on. */
function watch(context) {
  const faults = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !isOurs(url)) faults.push(`request to a stranger: ${url.origin}${url.pathname}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} from ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on('weberror', (error) => faults.push(`uncaught: ${error.error().stack ?? error.error()}`));
  return faults;
}

function isOurs({ hostname, port }) {
  return (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1') && PORTS.has(port);
}
