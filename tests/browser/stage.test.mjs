// The stage itself: handing a link to somebody, wearing another theme, beginning again.

import assert from 'node:assert/strict';
import { journey } from './journey.mjs';

journey('Alice asks for money, hands the link to Bob, and he pays it', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await alice.app.getByRole('button', { name: 'Request', exact: true }).click();
  await alice.app.getByLabel('Amount in GRAM').fill('2');
  await alice.presses('Create link');
  await alice.presses('Share');
  await alice.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Bob' }).click();

  await bob.presses(/^Pay 2/);
  await bob.walletAsks('2 GRAM');
  await bob.signs();
  await bob.sees('Sent to Alice');
  await alice.isTold(/2\s*GRAM.*Bob|Bob.*2\s*GRAM/s);
});

journey('A scanned code fills in the recipient', async ({ stage, alice, info }) => {
  await stage.everybodyIsReady();
  const { address } = info.cast.find((one) => one.person === 'carol').wallet;
  await alice.app.getByRole('button', { name: 'Send', exact: true }).click();
  await alice.app.getByRole('button', { name: 'Scan a code' }).click();
  const scanner = alice.screen.getByRole('dialog', { name: 'Scan a QR code' });
  await scanner.getByLabel('Text of the code').fill(`ton://transfer/${address}?amount=1500000000`);
  await scanner.getByRole('button', { name: 'Scan it' }).click();
  await scanner.waitFor({ state: 'detached' });
  await alice.presses('Continue');
  assert.equal(await alice.app.getByLabel('Amount in GRAM').inputValue(), '1.5');
});

journey('Choosing whoever is on the other phone swaps the two, and the chats with them', async ({ page, alice }) => {
  await alice.greets();
  await page.getByLabel('Whose phone is on the right').selectOption('Carol');
  await page.locator('iframe[title="Carol’s phone"]').waitFor();
  await page.getByLabel('Whose phone is on the left').selectOption('Carol');
  await page.locator('.phone[data-side="left"] iframe[title="Carol’s phone"]').waitFor();
  await page.locator('.phone[data-side="right"] iframe[title="Alice’s phone"]').waitFor();
  await alice.chat.getByRole('article').nth(1).waitFor();
});

journey('Light turns to dark on the stage, on the phones and in the Mini App', async ({ page, alice }) => {
  await alice.greets();
  await alice.opensRemit();
  const ground = () => alice.app.locator('html').evaluate((html) => getComputedStyle(html).colorScheme);
  assert.equal(await ground(), 'light');
  await page.getByRole('button', { name: 'Switch to dark' }).click();
  await alice.app.locator('html[style*="color-scheme: dark"]').waitFor({ state: 'attached' });
  assert.equal(await ground(), 'dark');
});

journey(
  'Starting over forgets everybody',
  async ({ page, alice }) => {
    await alice.greets();
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByRole('dialog', { name: 'Start over?' }).getByRole('button', { name: 'Start over' }).click();
    await alice.screen.getByRole('button', { name: 'Start', exact: true }).waitFor();
    await alice.greets();
  },
  // The stage asks for the new world until it is there.
  { forgives: /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/ },
);
