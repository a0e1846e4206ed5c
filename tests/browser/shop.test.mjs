// Paying a shop: its terminal, its event feed, and the two places an invoice can be paid.

import assert from 'node:assert/strict';
import { journey } from './journey.mjs';
import { merchant } from './sandbox.mjs';
import { Stage } from './stage.mjs';

journey('Alice pays an invoice in the Mini App, and the shop is told', async ({ stage, alice, info }) => {
  await stage.everybodyIsReady();
  const id = await stage.sells('1.20', 'USDT');
  await stage.shopIsTold('invoice.created');
  await stage.shop.getByRole('button', { name: 'Open on Alice’s phone' }).click();
  await alice.sees(info.shop.name);
  await alice.presses(/^Pay 1\.2/);
  await alice.walletAsks('1.2 USDT');
  await alice.signs();

  await alice.sees('Paid');
  await stage.shopIsTold('invoice.paid');
  await alice.isTold(info.shop.name);
  const invoice = await merchant(info.shop, `invoices/${id}`);
  assert.deepEqual([invoice.status, invoice.exception], ['paid', 'none']);
});

journey('Alice pays an invoice from its page, without the Mini App', async ({ stage, alice, info }) => {
  const id = await stage.sells('0.5', 'GRAM');
  await stage.shop.getByRole('button', { name: 'Pay page on Alice’s phone' }).click();
  await alice.browser.getByRole('button', { name: 'Pay with a wallet' }).click();
  await alice.wallet.getByRole('button', { name: 'Share address' }).click();
  await alice.walletAsks('0.5 GRAM');
  await alice.signs();

  await alice.browser.getByText('Paid', { exact: true }).first().waitFor();
  await stage.shopIsTold('invoice.paid');
  const invoice = await merchant(info.shop, `invoices/${id}`);
  assert.equal(invoice.status, 'paid');
});

journey('Too little is not paid, and the rest settles it', async ({ stage, alice, info }) => {
  const id = await stage.sells('2', 'GRAM');
  await stage.shop.getByText('Pay it, well or badly').click();
  await stage.shop.getByRole('button', { name: 'Too little' }).click();
  await stage.shopIsTold('invoice.partially_paid');
  const invoice = await merchant(info.shop, `invoices/${id}`);
  assert.equal(invoice.exception, 'underpaid');
  assert.equal(invoice.remaining.amount, '1');

  await stage.shop.getByRole('status').filter({ hasText: 'stays open for the rest' }).waitFor();
  await stage.shop.getByRole('button', { name: 'Pay it' }).click();
  await stage.shopIsTold('invoice.paid');
});

journey('A button for each bad day, and what comes of it in plain words', async ({ stage }) => {
  for (const [button, meaning, truth] of [
    ['Fake USDT', 'Nothing happens, and rightly so', '0 of 2 USDT received'],
    ['Bounce', 'gave the money back to the payer', '0 of 2 USDT received'],
    ['No reference', 'a guess which invoice', '0 of 2 USDT received'],
    ['Wrong coin', 'with the invoice it names', '0 of 2 USDT received'],
    ['Twice', 'Pay one back', 'overpaid, 4 of 2 USDT received'],
  ]) {
    if (button === 'Fake USDT') {
      await stage.sells('2', 'USDT');
      await stage.shop.getByText('Pay it, well or badly').click();
    }
    await stage.shop.getByRole('button', { name: button }).click();
    const outcome = stage.shop.locator('.outcome').filter({ hasText: meaning });
    await outcome.filter({ hasText: truth }).waitFor();
  }
  await stage.isAccessible('the bad days');
});

journey('In a tab of its own the pay page finds a wallet through the stage', async ({ stage, page, info }) => {
  const id = await stage.sells('0.5', 'GRAM');
  const [payPage] = await Promise.all([page.waitForEvent('popup'), stage.shop.getByRole('link', { name: 'new tab' }).click()]);
  await payPage.getByRole('button', { name: 'Pay with a wallet' }).click();
  const list = payPage.locator('#tc-widget-root');
  const [second] = await Promise.all([page.context().waitForEvent('page'), list.getByRole('button', { name: 'Desktop' }).click()]);

  // The stage that opens asks whose wallet it is; from then on that phone is in view there.
  const { alice } = new Stage(second);
  await second.getByRole('dialog', { name: 'Whose wallet shall answer?' }).getByRole('button', { name: 'Alice' }).click();
  await alice.wallet.getByRole('button', { name: 'Share address' }).click();
  // A hidden page does not listen to its wallet.
  await payPage.bringToFront();
  await alice.walletAsks('0.5 GRAM');
  await alice.signs();

  await payPage.getByText('Paid', { exact: true }).first().waitFor();
  assert.equal((await merchant(info.shop, `invoices/${id}`)).status, 'paid');
});
