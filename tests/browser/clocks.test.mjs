// A device whose clock is wrong pays like any other, and a counter that stays open stays alive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { journey } from './journey.mjs';
import { merchant, startOver, until, world } from './sandbox.mjs';
import { Stage } from './stage.mjs';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Every page from now on believes that it is so many milliseconds later. */
const shift = (context, by) => context.addInitScript((off) => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) {
      if (parts.length === 0) super(Real.now() + off);
      else super(...parts);
    }
    static now() {
      return Real.now() + off;
    }
  };
}, by);

/** TON Connect remarks on it when a device thinks that a message is valid for long. */
const REMARK = /validUntil .* is more than 5 minutes from now/;

for (const [words, by] of [['16 minutes ahead', 16 * MINUTE], ['a day ahead', DAY], ['a day behind', -DAY]]) {
  test(`Whoever's clock is ${words} pays a person, and an invoice in both places`, { timeout: 240_000 }, async () => {
    const info = await startOver();
    const browser = await openBrowser();
    try {
      await shift(browser.context, by);
      const page = browser.context.pages()[0] ?? (await browser.context.newPage());
      const stage = await Stage.open(page);
      const { alice } = stage;
      await stage.everybodyIsReady();
      await alice.asksToSend({ to: '@bob', amount: '5' });
      await alice.signs();
      await alice.sees('Sent to Bob');

      const first = await merchant(info.shop, 'invoices', { amount: '2', asset: 'GRAM', expires_in: 60 });
      await world('people/alice/start', { param: first.id });
      await alice.pressesInChat('Pay');
      await alice.sees('left to pay');
      await alice.presses(/^Pay 2/);
      await alice.walletAsks('2 GRAM');
      await alice.signs();
      await alice.sees('Paid');

      const second = await merchant(info.shop, 'invoices', { amount: '3', asset: 'GRAM' });
      await page.goto(second.pay_url);
      await page.getByText(/^1[45]:\d\d left to pay$/).waitFor();
      await page.getByRole('button', { name: 'Pay with a wallet' }).waitFor();
      await world('wallets/alice/send', { to: second.address, amount: '3', asset: 'GRAM', comment: second.reference });
      await page.getByText('It cannot be undone', { exact: false }).waitFor({ timeout: 40_000 });

      const third = await merchant(info.shop, 'invoices', { amount: '3', asset: 'GRAM' });
      await page.goto(third.pay_url);
      await page.getByText('left to pay').waitFor();
      await world('clock', { advance_seconds: 1_000 });
      await page.getByText('The time to pay is over').first().waitFor({ timeout: 40_000 });
      assert.deepEqual(browser.faults.filter((fault) => !REMARK.test(fault)), []);
    } finally {
      await browser.close();
    }
  });
}

/** What a screen does when the service refuses it stands in the console as well. */
const REFUSALS = /status of 401/;

for (const [words, seconds] of [['an hour', 3_500], ['a day', 86_400]]) {
  journey(
    `A till that has been open for ${words} turns green`,
    async ({ stage, alice, bob }) => {
      await stage.everybodyIsReady();
      await bob.opensStore('Bob’s Bakery');
      await world('clock', { advance_seconds: seconds });
      await bob.presses('New sale');
      await bob.app.getByLabel('Amount in GRAM').fill('2');
      await bob.presses('Show the code');
      await bob.sees('Scan to pay');
      await world('clock', { advance_seconds: 150 });
      await bob.presses('Share link');
      await bob.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Alice' }).click();
      await alice.presses(/^Pay 2/);
      await alice.walletAsks('2 GRAM');
      await alice.signs();
      await bob.sees('It is final and in the store’s wallet.');
    },
    { forgives: REMARK },
  );
}

journey(
  'A till whose sign-in has ended says so at once',
  async ({ stage, bob }) => {
    await stage.everybodyIsReady();
    await bob.opensStore('Bob’s Bakery');
    await bob.presses('New sale');
    await bob.app.getByLabel('Amount in GRAM').fill('2');
    await bob.presses('Show the code');
    await bob.sees('Scan to pay');
    await world('clock', { advance_seconds: 8 * 86_400 });
    await until('the till says it', async () => (await bob.app.getByRole('alert').filter({ hasText: 'Your sign-in has grown old' }).count()) > 0);
    await bob.sees('no longer kept up to date');
    await stage.isAccessible('a till whose sign-in has ended');
  },
  { forgives: REFUSALS },
);

journey(
  'Somebody sees where they are signed in, and ends the others',
  async ({ stage, bob }) => {
    await stage.everybodyIsReady();
    await bob.closesRemit();
    await bob.opensRemit();
    await bob.app.getByRole('button', { name: 'Settings' }).click();
    await bob.app.getByRole('button', { name: 'Where you are signed in' }).click();
    await bob.sees('This one');
    await stage.isAccessible('the sign-ins');
    await bob.app.getByRole('button', { name: 'End all others' }).click();
    await bob.app.getByRole('alertdialog').getByRole('button', { name: 'End all others' }).click();
    await bob.sees('You are signed in here and nowhere else.');
    await bob.app.getByRole('button', { name: 'Sign out here' }).click();
    await bob.app.getByRole('alertdialog').getByRole('button', { name: 'Sign out here' }).click();
    await bob.sees('This sign-in was ended');
  },
  { forgives: REFUSALS },
);
