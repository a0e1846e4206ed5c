// Money as people copy it out of chats and shops, pasted into every field that takes an amount.

import assert from 'node:assert/strict';
import { journey } from './journey.mjs';
import { merchant, until, world } from './sandbox.mjs';

/** What is pasted, and what was meant; null where only the person can say. */
const TABLE = [
  ['10,50.', '10.50'],
  ['1,5.', '1.5'],
  ['0,5.', '0.5'],
  ['1.234,50', '1234.50'],
  ['2.500,00', '2500.00'],
  ['1 234,5', '1234.5'],
  ['1\u2019234.50', '1234.50'],
  ['3 GRAM', '3'],
  ['1,000', null],
  ['1.000', null],
];
const NONE = ['-5', '1e3', '10 or 20', '10 EUR'];

/** Gives a text to a field the way a clipboard does. */
function paste(field, text) {
  return field.evaluate((input, given) => {
    input.focus();
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', given);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    if (input.dispatchEvent(event)) document.execCommand('insertText', false, given);
  }, text);
}

/** Pastes and fills in the whole table. `page` is the frame the field is in; `closed` says that the screen lets nobody on. */
async function takesTheTable(where, page, field, closed) {
  const value = () => field.inputValue();
  for (const [way, give] of [['pasted', paste], ['filled in', (input, text) => input.fill(text)]]) {
    for (const [text, meant] of TABLE) {
      await field.fill('');
      await give(field, text);
      const told = `${where}: ${JSON.stringify(text)} ${way}`;
      if (meant !== null) {
        await until(told, async () => (await value()) === meant);
        continue;
      }
      const which = page.getByRole('alert').filter({ hasText: 'Which one do you mean?' });
      await which.waitFor();
      assert.ok(await closed(), `${told} goes no further`);
      await which.getByRole('button', { name: /^1\s000\s/ }).click();
      await until(told, async () => (await value()) === '1000');
      await field.fill('');
      await give(field, text);
      await which.getByRole('button', { name: /^1\.000\s/ }).click();
      await until(told, async () => (await value()) === '1.000');
    }
    for (const text of NONE) {
      await field.fill('');
      await give(field, text);
      await page.getByRole('alert').filter({ hasText: /cannot be read|names something else/ }).waitFor();
      assert.ok(await closed(), `${where}: ${text} ${way} goes no further`);
    }
  }
  await field.fill('2');
  // A button that is never open would prove nothing by being closed.
  await until(`${where}: 2 goes on`, async () => !(await closed()));
}

/** Whether the button Telegram draws under the app can be pressed. */
const cannotPress = (phone, label) => async () => {
  const button = phone.screen.locator('.bottom-bar').getByRole('button', { name: label });
  return (await button.count()) === 0 || (await button.isDisabled());
};

journey('An amount that is pasted is what was meant, or asked, in every field', async ({ stage, page, alice, bob, info }) => {
  await stage.everybodyIsReady();
  const amount = (phone) => phone.app.getByLabel('Amount in GRAM');

  await alice.app.getByRole('button', { name: 'Send', exact: true }).click();
  await alice.app.getByLabel('Username, address or link').fill('@bob');
  await alice.presses('Continue');
  await takesTheTable('Send', alice.app, amount(alice), cannotPress(alice, 'Review'));
  await paste(amount(alice), '1,000');
  await alice.app.getByRole('alert').waitFor();
  await stage.isAccessible('an amount with two meanings');
  await paste(amount(alice), '2,5.');
  await alice.presses('Review');
  await alice.sees(/^2\.5\s*GRAM$/);
  for (let i = 0; i < 3; i += 1) await alice.goesBack();

  await bob.app.getByRole('button', { name: 'Request', exact: true }).click();
  await takesTheTable('Ask', bob.app, amount(bob), cannotPress(bob, 'Create link'));
  await amount(bob).fill('');
  await bob.presses('Create link');
  await bob.app.getByRole('img', { name: 'QR code of the payment link' }).waitFor();
  await bob.presses('Share');
  await bob.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Alice' }).click();
  await alice.sees('You choose how much.');
  await takesTheTable('a request of an open amount', alice.app, amount(alice), cannotPress(alice, 'Pay'));

  await bob.goesBack();
  await bob.opensStore('Bob’s Bakery');
  await bob.presses('New sale');
  await takesTheTable('the till', bob.app, amount(bob), cannotPress(bob, 'Show the code'));
  await bob.presses('Show the code');
  await bob.presses('Share link');
  await bob.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Alice' }).click();
  await alice.presses(/^Pay 2/);
  await alice.walletAsks('2 GRAM');
  await alice.signs();
  await bob.sees('It is final and in the store’s wallet.');
  await bob.presses('Invoice');
  await bob.app.getByRole('button', { name: 'Give back' }).click();
  await takesTheTable('giving back', bob.app, amount(bob), cannotPress(bob, 'Continue'));

  const open = await merchant(info.shop, 'invoices', { open_amount: true, asset: 'GRAM' });
  await world('people/alice/start', { param: open.id });
  await alice.pressesInChat('Pay');
  const own = (at) => at.getByLabel('Your amount in GRAM');
  await own(alice.app).waitFor();
  await takesTheTable('an invoice in the Mini App', alice.app, own(alice.app), cannotPress(alice, /^Pay/));

  await page.goto(open.pay_url);
  const pay = page.getByRole('button', { name: 'Pay with a wallet' });
  await takesTheTable('the pay page', page, own(page), () => pay.isDisabled());
});
