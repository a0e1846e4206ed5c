// Webhooks that a sandbox has sent, judged by the published `standardwebhooks` and by Node's Ed25519.
//
//   SANDBOX_URL   http://127.0.0.1:8081, of `remit sandbox`

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { verify, verifyWithPublicKey } from './verify.mjs';

const SANDBOX_URL = process.env.SANDBOX_URL?.replace(/\/$/, '');
if (!SANDBOX_URL) throw new Error('SANDBOX_URL is not set; see tests/foreign/README.md');

const info = await (await fetch(`${SANDBOX_URL}/sandbox/info`)).json();

async function call(method, path, body) {
  const response = await fetch(info.service_url + path, {
    method,
    headers: { authorization: `Bearer ${info.shop.key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text && JSON.parse(text);
}

let server;
let endpoint;
const received = [];

before(async () => {
  server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    server.emit('webhook');
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/hooks`;
  endpoint = await call('POST', '/v1/webhook_endpoints', { url, types: ['invoice.created'] });
});

after(async () => {
  await call('DELETE', `/v1/webhook_endpoints/${endpoint.id}`);
  server.close();
});

async function next(act) {
  const came = once(server, 'webhook');
  const answer = await act();
  await came;
  return { answer, ...received.at(-1) };
}

const invoice = () => call('POST', '/v1/invoices', { amount: '1.5', asset: 'GRAM', description: 'Кофе ☕' });

test('a webhook is what its signature says', async () => {
  const { answer, headers, body } = await next(invoice);
  const event = verify(endpoint.secret, headers, body);
  assert.equal(event.type, 'invoice.created');
  assert.equal(event.data.id, answer.id);
  assert.equal(event.data.description, 'Кофе ☕');
  assert.equal(headers['webhook-id'], event.id);
  assert.deepEqual(verifyWithPublicKey(endpoint.public_keys[0], headers, body), event);
});

test('nothing else is', async () => {
  const { headers, body } = await next(invoice);
  const other = await call('POST', '/v1/webhook_endpoints', { url: endpoint.url, types: ['invoice.void'] });
  await call('DELETE', `/v1/webhook_endpoints/${other.id}`);
  const forgeries = {
    'another secret': () => verify(other.secret, headers, body),
    'another key': () => verifyWithPublicKey(other.public_keys[0], headers, body),
    'another body': () => verify(endpoint.secret, headers, body.replace('1.5', '9.5')),
    'another body for the key': () => verifyWithPublicKey(endpoint.public_keys[0], headers, body.replace('1.5', '9.5')),
    'another id': () => verify(endpoint.secret, { ...headers, 'webhook-id': 'evt_0' }, body),
    'another time': () => verify(endpoint.secret, { ...headers, 'webhook-timestamp': `${Number(headers['webhook-timestamp']) + 1}` }, body),
    'an old one': () => verify(endpoint.secret, { ...headers, 'webhook-timestamp': '1600000000' }, body),
  };
  for (const [what, forge] of Object.entries(forgeries)) assert.throws(forge, what);
});

test('after a rotation both secrets are believed', async () => {
  const old = endpoint;
  const fresh = await call('POST', `/v1/webhook_endpoints/${endpoint.id}/rotate_secret`, { overlap: 600 });
  const { headers, body } = await next(invoice);
  for (const { secret, public_keys: keys } of [old, fresh]) {
    assert.equal(verify(secret, headers, body).type, 'invoice.created');
    assert.equal(verifyWithPublicKey(keys[0], headers, body).type, 'invoice.created');
  }
});
