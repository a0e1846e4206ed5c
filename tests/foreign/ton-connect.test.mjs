// TON Connect by `@tonconnect/sdk`: an app in Node, over the sandbox's bridge,
// with a wallet of the cast on the other side.

import { after, before, mock } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { beginCell, Cell, loadMessage, storeMessage, toNano } from '@ton/core';
import { TonConnect, UserRejectsError } from '@tonconnect/sdk';
import { get, person, test, until, WORLD_URL } from './world.mjs';
import { sameAddress, transactions } from './toncenter.mjs';
import { checkProof } from './ton-proof.mjs';

const WALLET = { universalLink: 'https://t.me/sandbox_wallet/start', bridgeUrl: `${WORLD_URL}/bridge` };
const comment = (text) => beginCell().storeUint(0, 32).storeStringTail(text).endCell();
const now = () => Math.floor(Date.now() / 1000);

// The SDK tells everything it does.
for (const level of ['debug', 'error', 'warn']) mock.method(console, level, () => {});

/** An app is a web origin with a manifest, and a list of the wallets it offers. */
let origin;
let server;
const pages = () => ({
  '/tonconnect-manifest.json': { url: origin, name: 'A foreign shop', iconUrl: `${origin}/icon.png` },
  '/wallets.json': [{
    app_name: 'sandboxwallet', name: 'Sandbox Wallet', image: `${origin}/icon.png`, about_url: origin,
    universal_url: WALLET.universalLink, bridge: [{ type: 'sse', url: WALLET.bridgeUrl }],
    platforms: ['ios', 'android', 'macos', 'windows', 'linux', 'chrome', 'firefox', 'safari'],
    features: [{ name: 'SendTransaction', maxMessages: 255 }],
  }],
});
before(async () => {
  server = createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(pages()[url] ?? null));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://localhost:${server.address().port}`;
});
after(() => {
  server.close();
  for (const app of apps) app.leaves();
});

class Memory {
  kept = new Map();
  async setItem(key, value) { this.kept.set(key, value); }
  async getItem(key) { return this.kept.get(key) ?? null; }
  async removeItem(key) { this.kept.delete(key); }
}

/** All of them; one that is left with an open stream would keep Node from ending. */
const apps = [];

class App {
  constructor(storage = new Memory()) {
    apps.push(this);
    this.storage = storage;
    this.connector = new TonConnect({
      manifestUrl: `${origin}/tonconnect-manifest.json`,
      walletsListSource: `${origin}/wallets.json`,
      analytics: { mode: 'off' },
      storage,
    });
  }

  /** The link a person is shown, and the promise of what they answer. */
  asks(request) {
    const answer = new Promise((resolve, reject) => {
      const unsubscribe = this.connector.onStatusChange(
        (wallet) => { unsubscribe(); resolve(wallet); },
        (error) => { unsubscribe(); reject(error); },
      );
    });
    answer.catch(() => {}); // it may be refused before anybody listens
    return { link: this.connector.connect(WALLET, { request }), answer };
  }

  async connects(bob, request) {
    const { link, answer } = this.asks(request);
    await bob.opens(link);
    await bob.approves(await bob.isAsked('connect'));
    return answer;
  }

  /**
   * Asks for a transaction, and comes back when the bridge has taken the request. Before that
   * the SDK does not know the answer as one to its request, and nobody is so quick with a phone.
   */
  async sends(transaction) {
    let signed;
    await new Promise((taken, failed) => {
      signed = this.connector.sendTransaction(transaction, { onRequestSent: taken });
      signed.catch(failed);
    });
    return { signed };
  }

  leaves() {
    this.connector.pauseConnection();
  }
}

async function meeting(act) {
  const [bob, app] = [await person('bob'), new App()];
  try {
    await act({ bob, app });
  } finally {
    app.leaves();
    await bob.disconnects();
  }
}

const transfer = (to, amount, text) => ({
  validUntil: now() + 300,
  messages: [{ address: to, amount: String(amount), payload: comment(text).toBoc().toString('base64') }],
});

test('a wallet connects and proves that it is its own', () => meeting(async ({ bob, app }) => {
  const payload = randomBytes(32).toString('hex');
  const wallet = await app.connects(bob, { tonProof: payload });
  const { network } = await get('/sandbox/info');
  assert.ok(sameAddress(wallet.account.address, bob.wallet.raw));
  assert.equal(wallet.account.chain, String(network));
  assert.equal(wallet.device.maxProtocolVersion, 2);
  const { proof } = wallet.connectItems.tonProof;
  assert.equal(proof.payload, payload);
  assert.equal(proof.domain.value, new URL(origin).host);
  checkProof(wallet.account, proof);
}));

test('the person sees who is asking and for what', () => meeting(async ({ bob, app }) => {
  const { link } = app.asks({ tonProof: 'a payload' });
  await bob.opens(link);
  const request = await bob.isAsked('connect');
  assert.equal(request.app.name, 'A foreign shop');
  assert.deepEqual(request.items, ['ton_addr', 'ton_proof']);
  await bob.declines(request);
}));

test('a declined connection is an error of the person', () => meeting(async ({ bob, app }) => {
  const { link, answer } = app.asks();
  await bob.opens(link);
  await bob.declines(await bob.isAsked('connect'));
  await assert.rejects(answer, UserRejectsError);
  assert.equal(app.connector.connected, false);
}));

test('an approved transaction is signed, sent and returned', () => meeting(async ({ bob, app }) => {
  const carol = await person('carol');
  await app.connects(bob);
  const { signed } = await app.sends(transfer(carol.wallet.address, toNano('0.25'), 'via TON Connect'));
  const request = await bob.isAsked('transaction');
  assert.equal(request.messages.length, 1);
  const [{ to, amount, asset, comment: said }] = request.messages;
  assert.ok(sameAddress(to, carol.wallet.raw));
  assert.deepEqual([amount, asset, said], ['0.25', 'GRAM', 'via TON Connect']);
  await bob.approves(request);

  const { boc } = await signed;
  const message = loadMessage(Cell.fromBase64(boc).beginParse());
  assert.equal(message.info.type, 'external-in');
  assert.ok(sameAddress(bob.wallet.raw, message.info.dest));
  const hash = beginCell().store(storeMessage(message)).endCell().hash().toString('base64');
  assert.equal(hash, Cell.fromBase64(boc).hash().toString('base64'));
  const taken = await until('transaction', async () =>
    (await transactions({ account: bob.wallet.raw, sort: 'desc', limit: '10' })).find(({ in_msg }) => in_msg.hash === hash));
  assert.equal(taken.out_msgs[0].value, String(toNano('0.25')));
}));

test('a declined transaction is an error of the person', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  const { signed } = await app.sends(transfer(bob.wallet.address, 1n, 'no'));
  await bob.declines(await bob.isAsked('transaction'));
  await assert.rejects(signed, UserRejectsError);
}));

test('four messages go out in one transaction', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  const four = ['1', '2', '3', '4'].map((text) => transfer(bob.wallet.address, 1n, text).messages[0]);
  const { signed } = await app.sends({ validUntil: now() + 300, messages: four });
  await bob.approves(await bob.isAsked('transaction'));
  const hash = Cell.fromBase64((await signed).boc).hash().toString('base64');
  const taken = await until('transaction', async () =>
    (await transactions({ account: bob.wallet.raw, sort: 'desc', limit: '20' })).find(({ in_msg }) => in_msg.hash === hash));
  assert.equal(taken.out_msgs.length, 4);
}));

test('another network is refused without asking the person', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  const mainnet = { ...transfer(bob.wallet.address, 1n, 'mainnet'), network: '-239' };
  await assert.rejects(app.connector.sendTransaction(mainnet));
}));

test('an app that comes back is still connected', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  app.leaves();
  const reopened = new App(app.storage);
  await reopened.connector.restoreConnection();
  assert.ok(sameAddress(reopened.connector.account.address, bob.wallet.raw));
  const { signed } = await reopened.sends(transfer(bob.wallet.address, 1n, 'after a reload'));
  await bob.approves(await bob.isAsked('transaction'));
  assert.ok((await signed).boc);
  reopened.leaves();
}));

test('what the wallet answered while the app was away is not lost', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  const { signed } = await app.sends(transfer(bob.wallet.address, 1n, 'in the background'));
  app.leaves();
  await bob.approves(await bob.isAsked('transaction'));
  await app.connector.unPauseConnection();
  assert.ok((await signed).boc);
}));

test('a wallet that disconnects is gone', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  const gone = new Promise((resolve) => app.connector.onStatusChange((wallet) => wallet === null && resolve()));
  await bob.disconnects();
  await gone;
  assert.equal(app.connector.connected, false);
}));

test('an app that disconnects is gone', () => meeting(async ({ bob, app }) => {
  await app.connects(bob);
  await app.connector.disconnect();
  await until('end of the connection', async () => {
    const { connections } = await get('/sandbox/wallets/bob');
    return connections.every(({ app: connected }) => connected.name !== 'A foreign shop');
  });
}));
