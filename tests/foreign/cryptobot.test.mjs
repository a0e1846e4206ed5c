// CryptoBot's API, as the published `@foile/crypto-pay-api` and `crypto-bot-api` speak it: only host and token
// are ours.
//
//   SANDBOX_URL   http://127.0.0.1:8081, of `remit sandbox`

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import cryptoPayApi from '@foile/crypto-pay-api';
import CryptoBotApi from 'crypto-bot-api';

const { CryptoPay, Assets, PaidButtonNames } = cryptoPayApi;
const SANDBOX_URL = process.env.SANDBOX_URL?.replace(/\/$/, '');
if (!SANDBOX_URL) throw new Error('SANDBOX_URL is not set; see tests/foreign/README.md');

async function call(method, url, headers, body) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text && JSON.parse(text);
}

const info = await call('GET', `${SANDBOX_URL}/sandbox/info`);
const ours = (method, path, body) => call(method, info.service_url + path, { authorization: `Bearer ${info.shop.key}` }, body);

// The library knows no base path, so it stands behind the host; with a port that is `host`.
const { protocol, host } = new URL(info.service_url);
const webhook = { serverHostname: '127.0.0.1', serverPort: 0, path: '/secret-path' };
const shop = new CryptoPay(info.shop.key, { protocol, host: `${host}/compat/cryptobot`, webhook });
let endpoint;

before(async () => {
  const { webhookServer: server } = shop.webhooks;
  if (!server.listening) await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}${webhook.path}`;
  endpoint = await ours('POST', '/v1/webhook_endpoints', { url, format: 'cryptobot' });
});

after(async () => {
  await ours('DELETE', `/v1/webhook_endpoints/${endpoint.id}`);
  shop.webhooks.webhookServer.closeAllConnections();
  shop.webhooks.webhookServer.close();
});

/** Pays an invoice from Alice's wallet, as any wallet would. */
async function pay(invoice) {
  const { address, reference, money } = await ours('GET', `/v1/public/invoices/${invoice.hash}`);
  const transfer = { to: address, comment: reference, amount: money.amount, asset: money.asset };
  await call('POST', `${SANDBOX_URL}/sandbox/wallets/alice/send`, {}, transfer);
}

test('a token says whose it is', async () => {
  const me = await shop.getMe();
  assert.ok(Number.isSafeInteger(me.app_id));
  assert.equal(me.name, info.shop.name ?? me.name);
  const stranger = new CryptoPay('12345:AAbb', { protocol, host: `${host}/compat/cryptobot` });
  await assert.rejects(stranger.getMe(), /UNAUTHORIZED/);
});

test('an invoice is made, paid, told and verified', async () => {
  const invoice = await shop.createInvoice(Assets.TON, '1.5', {
    description: 'Кофе ☕ & "cake"\nTo go',
    hidden_message: 'Thanks',
    paid_btn_name: PaidButtonNames.VIEW_ITEM,
    paid_btn_url: 'https://shop.example/done?a=1&b=2',
    payload: JSON.stringify({ order: 1042 }),
    allow_anonymous: false,
    expires_in: 600,
  });
  assert.equal(invoice.status, 'active');
  assert.equal(invoice.asset, Assets.TON);
  const told = new Promise((resolve) => shop.once('invoice_paid', resolve));
  await pay(invoice);
  const { payload: paid } = await told;
  assert.equal(paid.invoice_id, invoice.invoice_id);
  assert.equal(paid.status, 'paid');
  assert.equal(paid.paid_amount, '1.5');
  assert.equal(paid.description, 'Кофе ☕ & "cake"\nTo go');
  assert.deepEqual(JSON.parse(paid.payload), { order: 1042 });
  const { items } = await shop.getInvoices({ invoice_ids: `${invoice.invoice_id}`, status: 'paid' });
  assert.deepEqual(items, [paid]);
  const forged = { update_id: 1, update_type: 'invoice_paid', payload: paid };
  assert.equal(shop.webhooks.verifyUpdate(forged, '00'.repeat(32)), false);
  await assert.rejects(shop.callApi('deleteInvoice', { invoice_id: invoice.invoice_id }), /INVOICE_PAID/);
});

test('a price in fiat is paid in an asset', async () => {
  const fiat = { currency_type: 'fiat', fiat: 'USD', accepted_assets: Assets.USDT };
  const invoice = await shop.createInvoice(undefined, '2.50', fiat);
  assert.deepEqual([invoice.fiat, invoice.amount, invoice.accepted_assets], ['USD', '2.50', ['USDT']]);
  const told = new Promise((resolve) => shop.once('invoice_paid', resolve));
  await pay(invoice);
  const { payload: paid } = await told;
  assert.deepEqual([paid.paid_asset, paid.invoice_id], ['USDT', invoice.invoice_id]);
  assert.ok(Number(paid.paid_fiat_rate) > 0 && Number(paid.paid_usd_rate) > 0);
  const stats = await shop.callApi('getStats');
  assert.ok(stats.volume > 0 && stats.paid_invoice_count >= 1 && stats.unique_users_count >= 1);
});

test('invoices are listed and deleted', async () => {
  const invoice = await shop.createInvoice(Assets.USDT, 3);
  const active = await shop.getInvoices({ asset: Assets.USDT, status: 'active', count: 1000 });
  assert.ok(active.items.some((one) => one.invoice_id === invoice.invoice_id));
  assert.equal(await shop.callApi('deleteInvoice', { invoice_id: invoice.invoice_id }), true);
  const { items } = await shop.getInvoices({ invoice_ids: `${invoice.invoice_id}` });
  assert.deepEqual(items, []);
});

test('what there is, what it is worth, and what the wallet holds', async () => {
  const currencies = await shop.getCurrencies();
  for (const code of ['TON', 'USDT', 'USD']) assert.ok(currencies.some((one) => one.code === code), code);
  const rates = await shop.getExchangeRates();
  assert.ok(rates.some((one) => one.source === 'TON' && one.target === 'USD' && Number(one.rate) > 0));
  const balance = await shop.getBalance();
  assert.deepEqual(balance.map((one) => one.currency_code), ['TON', 'USDT']);
  assert.ok(balance.every((one) => Number(one.available) >= 0 && one.onhold === '0'));
});

test('what needs a custodian is refused by name', async () => {
  await assert.rejects(shop.transfer(1, Assets.TON, '1', 'spend-1'), /METHOD_DISABLED/);
  await assert.rejects(shop.createInvoice(Assets.BTC, '1'), /UNSUPPORTED_ASSET/);
});

test('a library that looks at its token first takes a key that is written as CryptoBot writes them', async () => {
  // It speaks https alone, and the sandbox does not.
  https.request = http.request;
  // Nor does it know a host without a dot.
  const endpoint = `${info.service_url.replace('localhost', '127.0.0.1')}/compat/cryptobot/api`;
  assert.throws(() => new CryptoBotApi(info.shop.key, endpoint), /invalid/);
  const { id, key } = await ours('POST', '/v1/keys', { name: 'crypto-bot-api', format: 'cryptobot' });
  const client = new CryptoBotApi(key, endpoint);
  assert.equal(String((await client.getMe()).id), key.split(':')[0]);
  const made = await client.createInvoice({ amount: 0.5, asset: 'TON', description: 'Tea' });
  assert.equal(made.status, 'active');
  await pay(made);
  const { items } = await shop.getInvoices({ invoice_ids: `${made.id}` });
  assert.equal(items[0].hash, made.hash);
  await client.deleteInvoice(made.id).catch(() => null);
  await ours('DELETE', `/v1/keys/${id}`);
  // What it has asked before it does not ask again.
  await assert.rejects(client.getMe(true), /UNAUTHORIZED/);
});
