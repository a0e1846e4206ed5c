// The jetton, told as stories. Every `throw` in the sources is tripped here.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Address, beginCell, toNano } from '@ton/core';
import { sha256_sync as sha256 } from '@ton/crypto';
import { findTransaction, findTransactionRequired } from '@ton/test-utils';
import { attributes, comment, economy, Exit, inline, masterchain, Minter, Op, refuses, usdt } from './economy.mjs';

function refused(transactions, by, exitCode) {
  findTransactionRequired(transactions, { to: by, success: false, exitCode });
}

async function aliceHas(amount) {
  const world = await economy();
  await world.minter.mints(amount, world.alice);
  return world;
}

const notification = (transactions, to) => findTransaction(transactions, { to: to.address, op: Op.transferNotification });

function readNotification(transaction) {
  const body = transaction.inMessage.body.beginParse();
  assert.equal(body.loadUint(32), Op.transferNotification);
  return {
    queryId: body.loadUint(64), amount: body.loadCoins(), from: body.loadMaybeAddress(),
    payload: body.loadBit() ? body.loadRef() : body.asCell(),
  };
}

// --- minting

test('what the admin mints, the recipient has and the supply counts', async () => {
  const { minter, alice, admin } = await economy();
  await minter.mints(usdt('25'), alice);
  assert.equal(await alice.jettons(), usdt('25'));
  const data = await minter.data();
  assert.equal(data.supply, usdt('25'));
  assert.equal(data.mintable, true);
  assert.ok(data.admin.equals(admin.address));
});

test('a minted notification names no sender', async () => {
  const { minter, alice } = await economy();
  const transactions = await minter.mints(usdt('1'), alice, { forward: 1n, payload: comment('welcome') });
  const { from, amount, payload } = readNotification(notification(transactions, alice));
  assert.equal(from, null);
  assert.equal(amount, usdt('1'));
  assert.ok(payload.equals(comment('welcome')));
});

test('the admin gets back what minting did not need', async () => {
  const { minter, alice, admin } = await economy();
  const before = await admin.grams();
  await minter.mints(usdt('1'), alice, { value: toNano('5') });
  assert.ok(before - (await admin.grams()) < toNano('0.05'));
});

test('nobody else mints', async () => {
  const { minter, mallory } = await economy();
  refused(await minter.mints(usdt('1'), mallory, { by: mallory }), minter.address, Exit.NotPermitted);
  assert.equal((await minter.data()).supply, 0n);
});

test('nothing is minted into the masterchain', async () => {
  const { minter, alice } = await economy();
  refused(await minter.mints(usdt('1'), masterchain(alice.address)), minter.address, Exit.WrongWorkchain);
});

test('minting is paid for in advance', async () => {
  const { minter, alice } = await economy();
  const transactions = await minter.mints(usdt('1'), alice, { value: toNano('0.01') });
  refused(transactions, minter.address, Exit.NotEnoughGas);
  assert.equal((await minter.data()).supply, 0n);
});

test('a mint with a broken payload is refused', async () => {
  const { minter, alice } = await economy();
  const transactions = await minter.mints(usdt('1'), alice, { writePayload: (builder) => builder.storeBit(1) });
  refused(transactions, minter.address, Exit.MalformedForwardPayload);
});

test('a mint that bounces was never minted', async () => {
  const { chain, minter, alice } = await economy();
  await refuses(chain, alice.wallet);
  const transactions = await minter.mints(usdt('3'), alice);
  findTransactionRequired(transactions, { to: minter.address, inMessageBounced: true, success: true });
  assert.equal((await minter.data()).supply, 0n);
});

// --- the admin

test('a new admin mints and the old one does not', async () => {
  const { minter, admin, alice, bob } = await economy();
  await minter.handsOverTo(bob);
  refused(await minter.mints(usdt('1'), alice, { by: admin }), minter.address, Exit.NotPermitted);
  await minter.mints(usdt('2'), alice, { by: bob });
  assert.equal(await alice.jettons(), usdt('2'));
});

test('nobody but the admin hands over', async () => {
  const { minter, mallory } = await economy();
  refused(await minter.handsOverTo(mallory, { by: mallory }), minter.address, Exit.NotPermitted);
});

test('without an admin the supply is closed for good', async () => {
  const { minter, admin, alice } = await economy();
  await minter.handsOverTo(null);
  const { mintable, admin: none } = await minter.data();
  assert.equal(mintable, false);
  assert.equal(none, null);
  refused(await minter.mints(usdt('1'), alice, { by: admin }), minter.address, Exit.NotPermitted);
  refused(await minter.handsOverTo(admin), minter.address, Exit.NotPermitted);
});

// --- transfers

test('a transfer arrives with its comment, and the sender gets the change', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  const transactions = await alice.transfers(usdt('4'), bob, { forward: toNano('0.01'), payload: comment('inv_1') });
  assert.equal(await alice.jettons(), usdt('6'));
  assert.equal(await bob.jettons(), usdt('4'));
  const { queryId, from, amount, payload } = readNotification(notification(transactions, bob));
  assert.equal(queryId, 7);
  assert.ok(from.equals(alice.address));
  assert.equal(amount, usdt('4'));
  assert.ok(payload.equals(comment('inv_1')));
  findTransactionRequired(transactions, { from: bob.wallet, to: alice.address, op: Op.excesses, success: true });
});

test('an inline comment is passed on untouched', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  const transactions = await alice.transfers(usdt('1'), bob, { forward: 1n, writePayload: inline(comment('short')) });
  assert.ok(readNotification(notification(transactions, bob)).payload.equals(comment('short')));
});

test('one nano is enough to notify', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  const transactions = await alice.transfers(usdt('1'), bob, { forward: 1n, payload: comment('inv_2') });
  const notified = notification(transactions, bob);
  assert.equal(notified.inMessage.info.value.coins, 1n);
  // The owner's wallet cannot buy gas for one nano. Its transaction is aborted; the money is there.
  assert.equal(notified.description.aborted, true);
  assert.equal(notified.description.computePhase.type, 'skipped');
  assert.equal(await bob.jettons(), usdt('1'));
});

test('an owner whose own wallet is not deployed yet keeps what was forwarded', async () => {
  const { alice } = await aliceHas(usdt('10'));
  const fresh = new Address(0, randomBytes(32));
  await alice.transfers(usdt('1'), fresh, { forward: toNano('0.05') });
  assert.equal(await alice.grams(fresh), toNano('0.05'));
});

test('without a forward amount nobody is notified', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  const transactions = await alice.transfers(usdt('1'), bob, { payload: comment('silent') });
  assert.equal(notification(transactions, bob), undefined);
  assert.equal(await bob.jettons(), usdt('1'));
});

test('without an address for the change it stays in the wallet', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  const transactions = await alice.transfers(usdt('1'), bob, { excessesTo: null, value: toNano('1') });
  assert.equal(findTransaction(transactions, { op: Op.excesses }), undefined);
  assert.ok(await bob.grams(bob.wallet) > toNano('0.95'));
});

test('change may go to an address where nothing is yet', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  for (const pay of [(excessesTo) => alice.transfers(usdt('1'), bob, { excessesTo }), (excessesTo) => alice.burns(usdt('1'), { excessesTo })]) {
    const fresh = new Address(0, randomBytes(32));
    const transactions = await pay(fresh);
    assert.equal(findTransaction(transactions, { from: fresh }), undefined);
    assert.ok(await alice.grams(fresh) > toNano('0.15'));
  }
});

test('a new wallet is left with its rent, and no more', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  await alice.transfers(usdt('1'), bob);
  const rent = await bob.grams(bob.wallet);
  assert.ok(rent > toNano('0.006') && rent < toNano('0.01'));
  await alice.transfers(usdt('1'), bob);
  assert.equal(await bob.grams(bob.wallet), rent);
});

test('what a wallet has is not given away as change', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  await alice.sends(alice.wallet, undefined, { value: toNano('1') });
  await bob.sends(bob.wallet, undefined, { value: toNano('2'), bounce: false });
  await alice.transfers(usdt('1'), bob);
  assert.ok(await alice.grams(alice.wallet) > toNano('1'));
  assert.equal(await bob.grams(bob.wallet), toNano('2'));
});

test('a custom payload does not disturb', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  await alice.transfers(usdt('1'), bob, { customPayload: comment('for another kind of wallet') });
  assert.equal(await bob.jettons(), usdt('1'));
});

test('one can pay oneself', async () => {
  const { alice } = await aliceHas(usdt('10'));
  await alice.transfers(usdt('4'), alice, { forward: 1n });
  assert.equal(await alice.jettons(), usdt('10'));
});

test('all of it can be sent', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  await alice.transfers(usdt('10'), bob);
  assert.equal(await alice.jettons(), 0n);
  assert.equal(await bob.jettons(), usdt('10'));
});

test('an overspend bounces and changes nothing', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  const before = await alice.grams();
  const transactions = await alice.transfers(usdt('10') + 1n, bob, { value: toNano('1') });
  refused(transactions, alice.wallet, Exit.NotEnoughJettons);
  findTransactionRequired(transactions, { from: alice.wallet, to: alice.address, inMessageBounced: true });
  assert.equal(await alice.jettons(), usdt('10'));
  assert.equal(await bob.jettons(), 0n);
  assert.ok(before - (await alice.grams()) < toNano('0.02'));
});

test('a stranger cannot send what is mine', async () => {
  const { alice, mallory } = await aliceHas(usdt('10'));
  const transactions = await mallory.transfers(usdt('10'), mallory, { from: alice.wallet });
  refused(transactions, alice.wallet, Exit.NotPermitted);
});

test('nothing is sent into the masterchain', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  refused(await alice.transfers(usdt('1'), masterchain(bob.address)), alice.wallet, Exit.WrongWorkchain);
});

test('a transfer is paid for in advance', async () => {
  const { alice, bob } = await aliceHas(usdt('10'));
  refused(await alice.transfers(usdt('1'), bob, { value: toNano('0.01') }), alice.wallet, Exit.NotEnoughGas);
  const forwardTooMuch = await alice.transfers(usdt('1'), bob, { value: toNano('1'), forward: toNano('1') });
  refused(forwardTooMuch, alice.wallet, Exit.NotEnoughGas);
  assert.equal(await alice.jettons(), usdt('10'));
});

const malformed = {
  'no bit at all': (builder) => builder,
  'a reference promised and absent': (builder) => builder.storeBit(1),
  'a reference and more': (builder) => builder.storeBit(1).storeUint(1, 8).storeRef(comment('x')),
  'two references': (builder) => builder.storeBit(1).storeRef(comment('x')).storeRef(comment('y')),
};
for (const [what, writePayload] of Object.entries(malformed)) {
  test(`a payload with ${what} is refused`, async () => {
    const { alice, bob } = await aliceHas(usdt('10'));
    const transactions = await alice.transfers(usdt('1'), bob, { writePayload });
    refused(transactions, alice.wallet, Exit.MalformedForwardPayload);
  });
}

test('a transfer that bounces is put back', async () => {
  const { chain, alice, bob } = await aliceHas(usdt('10'));
  await refuses(chain, bob.wallet);
  const transactions = await alice.transfers(usdt('4'), bob, { forward: 1n, payload: comment('lost') });
  findTransactionRequired(transactions, { from: bob.wallet, to: alice.wallet, inMessageBounced: true, success: true });
  assert.equal(await alice.jettons(), usdt('10'));
});

// --- forgery

const forged = (from) => beginCell()
  .storeUint(Op.internalTransfer, 32).storeUint(0, 64).storeCoins(usdt('1000'))
  .storeAddress(from).storeAddress(null).storeCoins(0).storeBit(0).endCell();

test('jettons come only from a wallet of the same minter', async () => {
  const { alice, bob, mallory } = await aliceHas(usdt('10'));
  refused(await mallory.sends(alice.wallet, forged(bob.address)), alice.wallet, Exit.NotAWalletOfThisJetton);
  refused(await mallory.sends(alice.wallet, forged(mallory.address)), alice.wallet, Exit.NotAWalletOfThisJetton);
  refused(await mallory.sends(alice.wallet, forged(null)), alice.wallet, Exit.NotAWalletOfThisJetton);
  assert.equal(await alice.jettons(), usdt('10'));
});

test('only a wallet of this jetton reports a burn', async () => {
  const { minter, alice, mallory } = await aliceHas(usdt('10'));
  const lie = beginCell().storeUint(Op.burnNotification, 32).storeUint(0, 64)
    .storeCoins(usdt('10')).storeAddress(alice.address).storeAddress(mallory.address).endCell();
  refused(await mallory.sends(minter.address, lie), minter.address, Exit.NotAWalletOfThisJetton);
  assert.equal((await minter.data()).supply, usdt('10'));
});

// --- burning

test('what is burned is gone from the wallet and from the supply', async () => {
  const { minter, alice } = await aliceHas(usdt('10'));
  const transactions = await alice.burns(usdt('4'));
  assert.equal(await alice.jettons(), usdt('6'));
  assert.equal((await minter.data()).supply, usdt('6'));
  findTransactionRequired(transactions, { from: minter.address, to: alice.address, op: Op.excesses, success: true });
});

test('a burn need not name an address for the change', async () => {
  const { minter, alice } = await aliceHas(usdt('10'));
  const transactions = await alice.burns(usdt('4'), { excessesTo: null });
  assert.equal(findTransaction(transactions, { op: Op.excesses }), undefined);
  assert.equal((await minter.data()).supply, usdt('6'));
});

test('nobody burns more than he has', async () => {
  const { alice } = await aliceHas(usdt('10'));
  refused(await alice.burns(usdt('11')), alice.wallet, Exit.NotEnoughJettons);
});

test('nobody burns what is mine', async () => {
  const { alice, mallory } = await aliceHas(usdt('10'));
  refused(await mallory.burns(usdt('1'), { from: alice.wallet }), alice.wallet, Exit.NotPermitted);
});

test('a burn is paid for in advance', async () => {
  const { alice } = await aliceHas(usdt('10'));
  refused(await alice.burns(usdt('1'), { value: toNano('0.004') }), alice.wallet, Exit.NotEnoughGas);
  assert.equal(await alice.jettons(), usdt('10'));
});

test('a burn that bounces is put back', async () => {
  const { chain, minter, alice } = await aliceHas(usdt('10'));
  await refuses(chain, minter.address);
  const transactions = await alice.burns(usdt('4'));
  findTransactionRequired(transactions, { from: minter.address, to: alice.wallet, inMessageBounced: true, success: true });
  assert.equal(await alice.jettons(), usdt('10'));
});

// --- discovery and description

function readAnswer(transactions, to) {
  const { inMessage } = findTransactionRequired(transactions, { to: to.address, op: Op.takeWalletAddress });
  assert.equal(inMessage.info.bounce, false);
  const body = inMessage.body.beginParse().skip(32);
  return {
    queryId: body.loadUint(64), wallet: body.loadMaybeAddress(), owner: body.loadMaybeRef()?.beginParse().loadMaybeAddress(),
  };
}

test('anybody may ask for a wallet', async () => {
  const { minter, alice, mallory } = await economy();
  const { queryId, wallet, owner } = readAnswer(await minter.isAskedFor(alice.address, { by: mallory }), mallory);
  assert.equal(queryId, 5);
  assert.ok(wallet.equals(alice.wallet));
  assert.equal(owner, undefined);
});

test('the answer repeats the owner when asked to', async () => {
  const { minter, alice, bob } = await economy();
  const answer = readAnswer(await minter.isAskedFor(alice.address, { by: bob, includeOwner: true }), bob);
  assert.ok(answer.owner.equals(alice.address));
  assert.ok(answer.wallet.equals(alice.wallet));
});

test('who can have no wallet gets none', async () => {
  const { minter, alice } = await economy();
  for (const owner of [masterchain(alice.address), null]) {
    assert.equal(readAnswer(await minter.isAskedFor(owner, { by: alice }), alice).wallet, null);
  }
});

test('a question is paid for in advance', async () => {
  const { minter, alice } = await economy();
  const transactions = await minter.isAskedFor(alice.address, { by: alice, value: toNano('0.002') });
  refused(transactions, minter.address, Exit.NotEnoughGas);
});

const attributeKey = (name) => BigInt('0x' + sha256(name).toString('hex'));

test('the jetton describes itself on chain', async () => {
  const { minter } = await economy();
  const described = attributes((await minter.data()).content);
  const attribute = (name) => described.get(attributeKey(name));
  assert.equal(attribute('name'), 'Tether USD');
  assert.equal(attribute('symbol'), 'USDT');
  assert.equal(attribute('decimals'), '6');
  assert.equal(attribute('description'), 'Worth nothing.');
  assert.equal(described.size, 4);
});

test('an image is part of the description when there is one', async () => {
  const { chain, admin } = await economy();
  const pictured = await Minter.deploy(chain, admin, { image: 'https://example.org/usdt.png' });
  const described = attributes((await pictured.data()).content);
  assert.equal(described.get(attributeKey('image')), 'https://example.org/usdt.png');
});

test('a wallet knows its owner, its minter and its code', async () => {
  const { minter, alice } = await aliceHas(usdt('1'));
  const wallet = await alice.walletData();
  assert.ok(wallet.owner.equals(alice.address));
  assert.ok(wallet.minter.equals(minter.address));
  assert.ok(wallet.code.equals((await minter.data()).walletCode));
});

// --- everything else

test('an empty message is a top-up', async () => {
  const { minter, alice } = await aliceHas(usdt('1'));
  for (const to of [alice.wallet, minter.address]) {
    const before = await alice.grams(to);
    await alice.sends(to, undefined, { value: toNano('1') });
    assert.ok((await alice.grams(to)) - before > toNano('0.99'));
  }
});

test('GRAM sent here by mistake go back', async () => {
  const { minter, alice } = await aliceHas(usdt('1'));
  for (const to of [alice.wallet, minter.address]) {
    refused(await alice.sends(to, comment('for Bob')), to, Exit.UnknownOperation);
    refused(await alice.sends(to, beginCell().storeUint(3, 16).endCell()), to, Exit.UnknownOperation);
  }
});
