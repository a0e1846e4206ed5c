// A store from the inside: opened on a phone, sold at the counter, and looked after by more than one.

import assert from 'node:assert/strict';
import { journey } from './journey.mjs';

journey('Bob opens a store, sells at the counter, and it turns green on his phone', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await bob.opensStore('Bob’s Bakery');
  await bob.sees('No invoices yet');
  await stage.isAccessible('an empty store');

  await bob.presses('New sale');
  await bob.app.getByLabel('Amount in GRAM').fill('2.5');
  await bob.app.getByLabel('Note').fill('Rye bread');
  await stage.isAccessible('the stall');
  await bob.presses('Show the code');
  await bob.app.getByRole('img', { name: 'QR code of the payment page' }).waitFor();
  await stage.isAccessible('the code on the counter');

  // A camera would open the link that the code holds; here it is handed over.
  await bob.presses('Share link');
  await bob.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Alice' }).click();
  await alice.sees('Bob’s Bakery');
  await alice.presses(/^Pay 2.5/);
  await alice.walletAsks('2.5 GRAM');
  await alice.signs();

  await bob.sees('It is final and in the store’s wallet.');
  await stage.isAccessible('a finished sale');
  await bob.presses('Next customer');
  assert.equal(await bob.app.getByLabel('Amount in GRAM').inputValue(), '');
  await bob.goesBack();
  await bob.sees('1 payment');
  const today = bob.app.getByRole('row', { name: /^Today/ });
  assert.match(await today.textContent(), /2\.5 GRAM/);
  await bob.sees('Rye bread');
  await stage.isAccessible('a store with a sale');
});

journey('An owner invites somebody as support, who sees the invoices and cannot withdraw one', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await bob.opensStore('Bob’s Bakery');
  await bob.presses('New sale');
  await bob.app.getByLabel('Amount in GRAM').fill('4');
  await bob.presses('Show the code');
  await bob.app.getByRole('button', { name: 'Withdraw' }).waitFor();
  await bob.goesBack();
  await bob.goesBack();

  await bob.app.getByRole('button', { name: 'Settings' }).click();
  await bob.app.getByRole('button', { name: /^People/ }).click();
  await bob.presses('Invite somebody');
  await bob.app.getByRole('radio', { name: /^Support/ }).check();
  await stage.isAccessible('an invitation to be made');
  await bob.presses('Make a link');
  await bob.presses('Share');
  await bob.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Alice' }).click();

  await alice.sees('Bob’s Bakery invites you');
  await stage.isAccessible('an invitation');
  await alice.presses('Accept');
  await alice.sees('4 GRAM');
  await alice.app.getByRole('button', { name: 'Invoices' }).click();
  await alice.app.getByRole('button', { name: /4\s*GRAM/ }).click();
  await alice.sees('Nobody has paid it yet.');
  await alice.sees('Its reference is watched for from now on');
  assert.equal(await alice.app.getByRole('button', { name: 'Withdraw' }).count(), 0);
  await stage.isAccessible('an invoice');

  await bob.presses('Done');
  await bob.sees('@alice');
});

journey('Bob gives back what came too much, and his wallet signs it', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await bob.opensStore('Bob’s Bakery');
  await bob.presses('New sale');
  await bob.app.getByLabel('Amount in GRAM').fill('3');
  await bob.presses('Show the code');
  await bob.presses('Share link');
  await bob.screen.getByRole('dialog', { name: 'Send to…' }).getByRole('button', { name: 'Alice' }).click();
  await alice.presses(/^Pay 3/);
  await alice.walletAsks('3 GRAM');
  await alice.signs();
  await bob.sees('It is final and in the store’s wallet.');

  await bob.presses('Invoice');
  await bob.app.getByRole('button', { name: 'Give back' }).click();
  assert.equal(await bob.app.getByLabel('Amount in GRAM').inputValue(), '3');
  await bob.app.getByLabel('Amount in GRAM').fill('1');
  await bob.app.getByLabel('Reason').fill('The bread was from yesterday');
  await bob.presses('Continue');
  await bob.sees('Nothing moves until the store’s wallet signs.');
  await stage.isAccessible('a refund to sign');
  await bob.presses('Sign in wallet');
  await bob.walletAsks('1 GRAM');
  await bob.signs();

  await bob.sees('The money has arrived and cannot come back.');
  await alice.isTold(/1\s*GRAM/);
  await bob.goesBack();
  await bob.sees('Gone back');
});
