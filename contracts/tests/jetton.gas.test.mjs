// What the jetton costs. The constants in `fees.tolk` are the worst cases
// measured here, to the unit: a change of code that changes gas fails.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Address, beginCell, fromNano, toNano } from '@ton/core';
import { findTransaction, findTransactionRequired } from '@ton/test-utils';
import { comment, economy, Fees, inline, Op, usdt } from './economy.mjs';

const MOST = 2n ** 120n - 1n;
const gasOf = (transaction) => Number(transaction.description.computePhase.gasUsed);

/** A payload of many cells, none of which a wallet should have to read. */
function tree(depth) {
  const builder = beginCell().storeUint(depth, 900);
  for (let branch = 0; depth > 0 && branch < 4; branch += 1) builder.storeRef(tree(depth - 1));
  return builder.endCell();
}

class Table {
  rows = new Map();

  /** Keeps the most expensive run of each operation. */
  note(transactions, op, name) {
    const transaction = findTransaction(transactions, { op, success: true });
    if (!transaction) return;
    const worst = this.rows.get(name);
    if (!worst || worst.gas < gasOf(transaction)) {
      this.rows.set(name, { gas: gasOf(transaction), fee: transaction.totalFees.coins });
    }
  }

  notes(transactions) {
    this.note(transactions, Op.transfer, 'GAS_TRANSFER');
    this.note(transactions, Op.internalTransfer, 'GAS_INTERNAL_TRANSFER');
    this.note(transactions, Op.mint, 'GAS_MINT');
    this.note(transactions, Op.burn, 'GAS_BURN');
    this.note(transactions, Op.burnNotification, 'GAS_BURN_NOTIFICATION');
    this.note(transactions, Op.provideWalletAddress, 'GAS_PROVIDE_WALLET_ADDRESS');
  }
}

async function measure() {
  const table = new Table();
  const { minter, alice, bob, admin } = await economy();
  const payloads = [{}, { payload: tree(3) }, { writePayload: inline(comment('x'.repeat(20))) }];
  for (const payload of payloads) {
    for (const forward of [0n, 1n]) {
      table.notes(await minter.mints(usdt('100'), alice, { forward, ...payload, value: toNano('1') }));
      table.notes(await minter.mints(MOST / 100n, admin, { forward, ...payload, value: toNano('1') }));
      for (const excessesTo of [null, alice.address]) {
        const options = { forward, excessesTo, ...payload, value: toNano('1') };
        table.notes(await alice.transfers(usdt('1'), bob, { ...options, customPayload: tree(1) }));
        table.notes(await alice.transfers(usdt('1'), alice, options));
        table.notes(await admin.transfers(MOST / 1000n, bob, options));
      }
    }
  }
  for (const excessesTo of [null, alice.address]) table.notes(await alice.burns(usdt('1'), { excessesTo }));
  for (const owner of [alice.address, new Address(-1, alice.address.hash), null]) {
    for (const includeOwner of [false, true]) table.notes(await minter.isAskedFor(owner, { by: bob, includeOwner }));
  }
  return table.rows;
}

test('the gas constants are the measured worst cases', async () => {
  const rows = await measure();
  for (const [name, { gas, fee }] of rows) console.log(`${name.padEnd(28)} ${String(gas).padStart(6)} gas  ${fromNano(fee)} GRAM in fees`);
  const measured = Object.fromEntries([...rows].map(([name, { gas }]) => [name, gas]));
  const declared = Object.fromEntries(Object.entries(Fees).filter(([name]) => name.startsWith('GAS_')));
  assert.deepEqual(measured, declared);
});

test('the size of the richest wallet is what its rent is reckoned from', async () => {
  const { chain, minter, alice } = await economy();
  await minter.mints(MOST, alice, { value: toNano('1') });
  const { account } = await chain.getContract(alice.wallet);
  const { bits, cells } = account.account.storageStats.used;
  console.log(`a wallet with 2^120 - 1        ${bits} bits in ${cells} cells`);
  assert.deepEqual([Number(bits), Number(cells)], [Fees.WALLET_BITS, Fees.WALLET_CELLS]);
});

/** The least value that is not refused, to the nano. */
async function least(attempt) {
  let [refused, accepted] = [0n, toNano('1')];
  while (accepted - refused > 1n) {
    const value = (refused + accepted) / 2n;
    if (await attempt(value)) accepted = value;
    else refused = value;
  }
  return accepted;
}

const ways = {
  'to a new wallet, notified with one nano': { forward: 1n, payload: comment('inv_0123456789ABCDEF') },
  'to a new wallet, silently': {},
  'to a new wallet, with a payload of 85 cells': { forward: toNano('0.1'), payload: tree(3) },
};
for (const [way, options] of Object.entries(ways)) {
  test(`the least that is accepted pays the whole way ${way}`, async () => {
    const { chain, minter, alice, bob } = await economy();
    await minter.mints(usdt('10'), alice);
    const start = chain.snapshot();
    const value = await least(async (value) => {
      await chain.loadFrom(start);
      await alice.transfers(usdt('1'), bob, { value, ...options });
      return (await alice.jettons()) < usdt('10');
    });
    await chain.loadFrom(start);
    const transactions = await alice.transfers(usdt('1'), bob, { value, ...options });
    console.log(`${way.padEnd(46)} ${fromNano(value)} GRAM`);
    assert.equal(await bob.jettons(), usdt('1'));
    findTransactionRequired(transactions, { op: Op.internalTransfer, success: true, actionResultCode: 0 });
    const notified = findTransaction(transactions, { op: Op.transferNotification });
    assert.equal(notified?.inMessage.info.value.coins, options.forward);
  });
}

test('the least that a burn accepts pays the whole way', async () => {
  const { chain, minter, alice } = await economy();
  await minter.mints(usdt('10'), alice);
  const start = chain.snapshot();
  const value = await least(async (value) => {
    await chain.loadFrom(start);
    await alice.burns(usdt('4'), { value });
    return (await alice.jettons()) < usdt('10');
  });
  await chain.loadFrom(start);
  await alice.burns(usdt('4'), { value });
  console.log(`${'to burn'.padEnd(46)} ${fromNano(value)} GRAM`);
  assert.equal((await minter.data()).supply, usdt('6'));
});
