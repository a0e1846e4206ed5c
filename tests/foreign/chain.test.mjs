// The chain by `@ton/ton` and `@ton/core`: a wallet signed there, sent over the
// v3 HTTP API, and read back.

import { before } from 'node:test';
import assert from 'node:assert/strict';
import { Address, beginCell, Cell, external, internal, SendMode, storeMessage, toNano } from '@ton/core';
import { JettonMaster, JettonWallet, WalletContractV4, WalletContractV5R1 } from '@ton/ton';
import { keyPairFromSeed, sha256 } from '@ton/crypto';
import { faucet, get, person, test, until } from './world.mjs';
import { broadcast, opened, query, sameAddress, transactions } from './toncenter.mjs';

const comment = (text) => beginCell().storeUint(0, 32).storeStringTail(text).endCell();
const readComment = (cell) => {
  const slice = cell.beginParse();
  assert.equal(slice.loadUint(32), 0);
  return slice.loadStringTail();
};
const base64 = (hash) => hash.toString('base64');
const bodyOf = (message) => Cell.fromBase64(message.message_content.body);

/** The wallet's own refusal: 133 is a wrong seqno, 135 a wrong signature. */
const notAccepted = (exitCode) => ({ status, answer }) => status >= 400 && answer.error.includes(`exitcode=${exitCode}`);

/** A wallet the world has never seen: its key is made here. */
class Stranger {
  static async withGrams(amount) {
    const { network } = await get('/sandbox/info');
    const seed = await sha256(`a stranger ${process.pid} ${Stranger.count += 1} ${Date.now()}`);
    const stranger = new Stranger(keyPairFromSeed(seed), network);
    if (amount) {
      await faucet(stranger.address.toString({ bounceable: false }), amount, 'GRAM');
      await until('GRAM from the faucet', async () => (await stranger.balance()) === toNano(amount));
    }
    return stranger;
  }

  static count = 0;

  constructor({ publicKey, secretKey }, networkGlobalId) {
    this.secretKey = secretKey;
    this.wallet = WalletContractV5R1.create({
      publicKey,
      walletId: { networkGlobalId, context: { walletVersion: 'v5r1', workchain: 0, subwalletNumber: 0 } },
    });
    this.address = this.wallet.address;
  }

  seqno() {
    return opened(this.wallet).getSeqno();
  }

  balance() {
    return opened(this.wallet).getBalance();
  }

  async signed(messages, { secretKey = this.secretKey } = {}) {
    const seqno = await this.seqno();
    const body = this.wallet.createTransfer({ seqno, secretKey, sendMode: SendMode.PAY_GAS_SEPARATELY, messages });
    return external({ to: this.address, init: seqno === 0 ? this.wallet.init : null, body });
  }

  async sends(...messages) {
    const message = await this.signed(messages);
    const cell = beginCell().store(storeMessage(message)).endCell();
    return { message, cell, answer: await broadcast(cell) };
  }

  /** The transaction in which this wallet took that message. */
  took({ answer }) {
    return until('transaction of the wallet', async () =>
      (await transactions({ account: this.address.toString() })).find((tx) => tx.in_msg.hash === answer.message_hash));
  }
}

/** TEP-467: no source, no import fee, no state, the body in a reference. */
function normalisedHash({ info, body }) {
  return beginCell().storeUint(0b10, 2).storeUint(0, 2).storeAddress(info.dest).storeCoins(0)
    .storeBit(0).storeBit(1).storeRef(body).endCell().hash();
}

let bob;
let usdt;
before(async () => {
  bob = await person('bob');
  usdt = (await get('/sandbox/info')).usdt;
});

test('a stranger who was given GRAM has them', async () => {
  const stranger = await Stranger.withGrams('3');
  assert.equal(await stranger.balance(), toNano('3'));
  assert.equal(await stranger.seqno(), 0);
});

test('a transfer signed by @ton/ton arrives, comment and all', async () => {
  const stranger = await Stranger.withGrams('3');
  const sent = await stranger.sends(internal({
    to: Address.parse(bob.wallet.address), value: toNano('1.25'), bounce: false, body: comment('for the tea'),
  }));
  assert.equal(sent.answer.message_hash, base64(sent.cell.hash()));
  assert.equal(sent.answer.message_hash_norm, base64(normalisedHash(sent.message)));

  const tx = await stranger.took(sent);
  assert.equal(tx.description.compute_ph.exit_code, 0);
  assert.equal(tx.description.aborted, false);
  assert.equal(tx.in_msg.source, null);
  const [out] = tx.out_msgs;
  assert.ok(sameAddress(out.source, stranger.address));
  assert.ok(sameAddress(out.destination, bob.wallet.address));
  assert.equal(out.value, String(toNano('1.25')));
  assert.equal(readComment(bodyOf(out)), 'for the tea');
  assert.equal(out.message_content.hash, base64(bodyOf(out).hash()));
  assert.equal(await stranger.seqno(), 1);

  const received = await until('transaction of Bob', async () =>
    (await transactions({ account: bob.wallet.raw, limit: '20', sort: 'desc' })).find(({ in_msg }) => in_msg.hash === out.hash));
  assert.equal(received.in_msg.value, String(toNano('1.25')));
  assert.ok(BigInt(received.lt) > BigInt(tx.lt));
});

test('transactions of an account are one chain without a hole', async () => {
  const stranger = await Stranger.withGrams('3');
  for (const text of ['one', 'two', 'three']) {
    await stranger.took(await stranger.sends(internal({ to: Address.parse(bob.wallet.address), value: 1n, bounce: false, body: comment(text) })));
  }
  const chain = await transactions({ account: stranger.address.toString(), sort: 'asc' });
  assert.equal(chain.length, 4);
  assert.equal(chain[0].prev_trans_lt, '0');
  for (const [earlier, later] of chain.slice(1).map((tx, i) => [chain[i], tx])) {
    assert.equal(later.prev_trans_lt, earlier.lt);
    assert.equal(later.prev_trans_hash, earlier.hash);
    assert.equal(later.account_state_before.hash, earlier.account_state_after.hash);
  }
  const tail = await transactions({ account: stranger.address.toString(), sort: 'asc', start_lt: chain[2].lt });
  assert.deepEqual(tail.map(({ hash }) => hash), chain.slice(2).map(({ hash }) => hash));
});

test('fees, values and balances add up', async () => {
  const stranger = await Stranger.withGrams('3');
  const tx = await stranger.took(await stranger.sends(internal({ to: Address.parse(bob.wallet.address), value: toNano('1'), bounce: false })));
  const [out] = tx.out_msgs;
  assert.equal(await stranger.balance(), toNano('3') - toNano('1') - BigInt(tx.total_fees) - BigInt(out.fwd_fee));
});

test('a transfer to nobody comes back', async () => {
  const stranger = await Stranger.withGrams('3');
  const nobody = (await Stranger.withGrams(null)).address;
  const tx = await stranger.took(await stranger.sends(internal({ to: nobody, value: toNano('1'), bounce: true, body: comment('hello?') })));
  const bounced = await until('bounce', async () =>
    (await transactions({ account: stranger.address.toString() })).find(({ in_msg }) => in_msg.bounced));
  assert.ok(sameAddress(bounced.in_msg.source, nobody));
  assert.ok(BigInt(bounced.in_msg.value) > toNano('0.99'));
  const refused = await transactions({ account: nobody.toString() });
  assert.equal(refused[0].in_msg.hash, tx.out_msgs[0].hash);
  assert.equal(refused[0].description.compute_ph.skipped, true);
});

test('the same message is not taken twice', async () => {
  const stranger = await Stranger.withGrams('3');
  const sent = await stranger.sends(internal({ to: Address.parse(bob.wallet.address), value: 1n, bounce: false }));
  await stranger.took(sent);
  await assert.rejects(broadcast(sent.cell), notAccepted(133));
});

test('a wrong signature is not taken', async () => {
  const stranger = await Stranger.withGrams('3');
  const { secretKey } = keyPairFromSeed(await sha256('somebody else'));
  const message = await stranger.signed([internal({ to: stranger.address, value: 1n })], { secretKey });
  const forged = beginCell().store(storeMessage(message)).endCell();
  await assert.rejects(broadcast(forged), notAccepted(135));
});

test('wallets of the cast are the wallets @ton/ton makes of their keys', async () => {
  const { network } = await get('/sandbox/info');
  const made = {
    v5r1: (publicKey) => WalletContractV5R1.create({
      publicKey, walletId: { networkGlobalId: network, context: { walletVersion: 'v5r1', workchain: 0, subwalletNumber: 0 } },
    }),
    v4r2: (publicKey) => WalletContractV4.create({ publicKey, workchain: 0 }),
  };
  for (const name of ['alice', 'bob', 'carol', 'olga']) {
    const one = await person(name);
    const { account } = await one.proves('example.org', '00'.repeat(32));
    const { address } = made[one.wallet.version](Buffer.from(account.publicKey, 'hex'));
    assert.ok(sameAddress(one.wallet.raw, address), name);
    assert.ok(sameAddress(one.wallet.address, address), name);
  }
});

test('the test USDT answers @ton/ton', async () => {
  const master = opened(JettonMaster.create(Address.parse(usdt.master)));
  const { mintable, totalSupply, content, walletCode } = await master.getJettonData();
  assert.equal(mintable, true);
  assert.ok(totalSupply > 0n);
  assert.equal(content.beginParse().loadUint(8), 0);
  const mine = await master.getWalletAddress(Address.parse(bob.wallet.address));
  const { jetton_wallets: [listed] } = await query('jetton/wallets', { owner_address: bob.wallet.address, jetton_address: usdt.master });
  assert.ok(sameAddress(listed.address, mine));
  assert.ok(sameAddress(listed.jetton, usdt.master));
  assert.equal(listed.code_hash, base64(walletCode.hash()));
  assert.equal(BigInt(listed.balance), await opened(JettonWallet.create(mine)).getBalance());
});

test('a jetton transfer of a stranger arrives with one nano and its reference', async () => {
  const stranger = await Stranger.withGrams('3');
  await faucet(stranger.address.toString({ bounceable: false }), '20', 'USDT');
  const master = opened(JettonMaster.create(Address.parse(usdt.master)));
  const [from, to] = await Promise.all([stranger.address, Address.parse(bob.wallet.address)].map((owner) => master.getWalletAddress(owner)));
  const balance = (wallet) => opened(JettonWallet.create(wallet)).getBalance();
  await until('20 USDT', async () => (await opened(JettonWallet.create(from)).getBalance().catch(() => 0n)) === 20_000_000n);
  const before = await balance(to);

  const transfer = beginCell()
    .storeUint(0x0f8a7ea5, 32).storeUint(42, 64).storeCoins(7_500_000n)
    .storeAddress(Address.parse(bob.wallet.address)).storeAddress(stranger.address).storeBit(0)
    .storeCoins(1n).storeBit(1).storeRef(comment('inv_42')).endCell();
  await stranger.took(await stranger.sends(internal({ to: from, value: toNano('0.1'), bounce: true, body: transfer })));

  const seen = await until('jetton transfer', async () => {
    const { jetton_transfers } = await query('jetton/transfers', {
      owner_address: stranger.address.toString(), direction: 'out', jetton_master: usdt.master,
    });
    return jetton_transfers[0];
  });
  assert.equal(seen.amount, '7500000');
  assert.equal(seen.query_id, '42');
  assert.equal(seen.transaction_aborted, false);
  assert.ok(sameAddress(seen.destination, bob.wallet.address));
  assert.equal(readComment(Cell.fromBase64(seen.forward_payload)), 'inv_42');
  await until('7.5 USDT more', async () => (await balance(to)) === before + 7_500_000n);

  // The owner's wallet cannot run on one nano: aborted, and paid all the same.
  const notified = await until('notification', async () =>
    (await transactions({ account: bob.wallet.raw, sort: 'desc', limit: '20' }))
      .find(({ in_msg }) => in_msg.source && sameAddress(in_msg.source, to) && in_msg.value === '1'));
  assert.equal(notified.description.aborted, true);
  assert.equal(notified.description.compute_ph.skipped, true);
});

test('what is not a message is refused in words', async () => {
  const nonsense = beginCell().storeUint(7, 3).endCell();
  await assert.rejects(broadcast(nonsense), ({ status, answer }) => status >= 400 && typeof answer.error === 'string');
});
