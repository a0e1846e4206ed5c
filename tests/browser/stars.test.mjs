// Digital goods: inside Telegram they cost Stars and nothing else; on the pay page there is a choice.

import assert from 'node:assert/strict';
import { journey } from './journey.mjs';
import { merchant, world } from './sandbox.mjs';

const LESSON = { amount: '2', asset: 'GRAM', goods_kind: 'digital', description: 'Lesson 7' };
const sells = ({ shop }, terms = { stars: 250 }) => merchant(shop, 'invoices', { ...LESSON, ...terms });

/** The bot shows a card for the link, and its button opens the Mini App. */
async function opens(phone, invoice, label) {
  await world(`people/${phone.name.toLowerCase()}/start`, { param: invoice.id });
  await phone.chat.getByRole('button', { name: label, exact: true }).last().click();
  await phone.app.getByRole('main').waitFor();
}

journey('A lesson is paid in Stars in the Mini App and turns green', async ({ stage, alice, info }) => {
  const invoice = await sells(info);
  await opens(alice, invoice, 'Pay');
  await alice.sees('250');
  assert.equal(await alice.app.getByText(/\bGRAM\b/).count(), 0, 'no coin inside Telegram');
  await stage.isAccessible('an invoice in Stars');

  await alice.presses('Pay 250');
  const sheet = alice.screen.getByRole('dialog', { name: 'Confirm your purchase' });
  await sheet.getByText('You have ★ 1000.').waitFor();
  await stage.isAccessible('the payment sheet');
  await sheet.getByRole('button', { name: 'Cancel' }).click();
  await alice.sees('no Stars were taken');

  await alice.presses('Pay 250');
  await sheet.getByRole('button', { name: 'Pay ★ 250' }).click();
  await sheet.waitFor({ state: 'detached' });
  await alice.sees('The receipt is in your Stars');
  await stage.shopIsTold('invoice.paid');
  await alice.isTold('You paid 250 Stars');
  const paid = await merchant(info.shop, `invoices/${invoice.id}`);
  assert.deepEqual([paid.status, paid.exception, paid.stars.received.amount], ['paid', 'none', '250']);

  await merchant(info.shop, 'refunds', { invoice: invoice.id });
  await stage.shopIsTold('refund.succeeded');
  await alice.isTold('paid you back 250 Stars');
});

journey('In a browser a lesson can be paid either way', async ({ page, info }) => {
  const invoice = await sells(info);
  const tab = await page.context().newPage();
  await tab.goto(invoice.pay_url);
  await tab.getByText('or 250').waitFor();
  await tab.getByRole('button', { name: 'Pay with a wallet' }).waitFor();
  await tab.getByRole('button', { name: /^Pay 250.*in Telegram$/ }).waitFor();
});

journey('Digital goods without a price in Stars lead out of Telegram', async ({ stage, alice, info }) => {
  const invoice = await sells(info, {});
  await opens(alice, invoice, 'Open');
  await alice.sees('Not to be paid inside Telegram');
  assert.equal(await alice.app.getByText(/\bGRAM\b/).count(), 0, 'no coin inside Telegram');
  await alice.presses('Open pay page in browser');
  await alice.browser.getByRole('button', { name: 'Pay with a wallet' }).waitFor();
  await stage.isAccessible('the pay page of a lesson');
});
