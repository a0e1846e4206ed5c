// Who is who: initData by `@tma.js/init-data-node`, ton_proof by `ton-proof.mjs`.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { isValid, parse, validate } from '@tma.js/init-data-node';
import { BOT_TOKEN, initData, person, test } from './world.mjs';
import { checkProof } from './ton-proof.mjs';

test('initData is signed as Telegram signs', async () => {
  const alice = await person('alice');
  const raw = await initData('alice');
  validate(raw, BOT_TOKEN);
  const { user, auth_date: signedAt, hash } = parse(raw);
  assert.equal(user.id, alice.id);
  assert.equal(user.username, alice.username);
  assert.ok(Math.abs(Date.now() - signedAt.getTime()) < 3_600_000);
  assert.match(hash, /^[0-9a-f]{64}$/);
});

test('a start parameter is inside the signature', async () => {
  const raw = await initData('bob', 'inv_0123456789');
  validate(raw, BOT_TOKEN);
  assert.equal(parse(raw).start_param, 'inv_0123456789');
  assert.equal(isValid(raw.replace('inv_0123456789', 'inv_9876543210'), BOT_TOKEN), false);
});

test('another bot does not believe it', async () => {
  assert.equal(isValid(await initData('alice'), '123456:another'), false);
});

test('a wallet of the cast proves itself', async () => {
  const bob = await person('bob');
  const payload = randomBytes(32).toString('hex');
  const { account, proof } = await bob.proves('pay.example.org', payload);
  assert.equal(proof.payload, payload);
  assert.deepEqual(proof.domain, { lengthBytes: 15, value: 'pay.example.org' });
  checkProof(account, proof);
});

const forgeries = {
  'another payload': ({ proof }) => { proof.payload = '00'.repeat(32); },
  'another domain': ({ proof }) => { proof.domain.value = 'evil.example.org'; proof.domain.lengthBytes = 16; },
  'another time': ({ proof }) => { proof.timestamp += 1; },
  'another key': ({ account }) => { account.publicKey = '11'.repeat(32); },
};
for (const [what, forge] of Object.entries(forgeries)) {
  test(`a proof with ${what} is none`, async () => {
    const bob = await person('bob');
    const signed = await bob.proves('pay.example.org', randomBytes(32).toString('hex'));
    forge(signed);
    assert.throws(() => checkProof(signed.account, signed.proof));
  });
}
