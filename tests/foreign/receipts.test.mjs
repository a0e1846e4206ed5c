// Receipts of a sandbox, judged by the published `canonicalize` (RFC 8785) and by Node's Ed25519.
//
//   SANDBOX_URL   http://127.0.0.1:8081, of `remit sandbox`

import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import canonicalize from 'canonicalize';
import { verifyReceipt } from './receipt.mjs';

const SANDBOX_URL = process.env.SANDBOX_URL?.replace(/\/$/, '');
if (!SANDBOX_URL) throw new Error('SANDBOX_URL is not set; see tests/foreign/README.md');

const info = await (await fetch(`${SANDBOX_URL}/sandbox/info`)).json();

async function call(url, body, headers = {}) {
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(url, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}

let signed;

before(async () => {
  const asked = { amount: '1.5', asset: 'USDT', description: 'Кофе ☕ "très \\ long" \u{1f600}' };
  const shop = { authorization: `Bearer ${info.shop.key}` };
  const invoice = await call(`${info.service_url}/v1/invoices`, asked, shop);
  await call(`${SANDBOX_URL}/sandbox/wallets/alice/pay`, {
    to: invoice.address, amount: '1.5', asset: 'USDT', reference: invoice.reference,
  });
  const paid = `${info.service_url}/v1/public/invoices/${invoice.id}?wait=20&after=`;
  for (let status = 'open'; status !== 'paid';) ({ status } = await call(paid + status));
  signed = await call(`${info.service_url}/v1/receipts/${invoice.id}`);
});

test('a receipt is what its signature says', async () => {
  const receipt = await verifyReceipt(signed, info.service_url);
  assert.equal(receipt.received.amount, '1.5');
  assert.equal(receipt.merchant, info.shop.name);
});

test('its canonical form does not depend on who writes it', async () => {
  const shuffled = JSON.parse(JSON.stringify(signed), (_, value) =>
    value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value);
  assert.notEqual(JSON.stringify(shuffled), JSON.stringify(signed));
  assert.equal(canonicalize(shuffled), canonicalize(signed));
  await verifyReceipt(shuffled, info.service_url);
});

test('a changed receipt is refused', async () => {
  const changed = structuredClone(signed);
  changed.receipt.received.amount = '15';
  await assert.rejects(verifyReceipt(changed, info.service_url), /was changed/);
  const strange = structuredClone(signed);
  strange.signature.key = 'rck_0000000000000000';
  await assert.rejects(verifyReceipt(strange, info.service_url), /no such key/);
});
