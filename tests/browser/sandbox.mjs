// The running sandbox under test, reached from outside the browser: where it is, and how to begin it anew.

import { setTimeout as pause } from 'node:timers/promises';

const given = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it is the address of a running \`remit sandbox\`, see scripts/test`);
  return new URL(value).origin;
};

export const STAGE = given('STAGE_URL');
export const SERVICE = given('SERVICE_URL');

const PATIENCE_MS = 30_000;
/** A server that is being replaced may take a question and never answer it. */
const answered = () => AbortSignal.timeout(5_000);

/** Asks again until the answer is neither false nor an error, or patience runs out. */
export async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await pause(100);
  }
  throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`, { cause: last });
}

export async function world(path, body) {
  const response = await fetch(`${STAGE}/sandbox/${path}`, {
    signal: answered(),
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`/sandbox/${path}: ${response.status} ${answer.error}`);
  return answer;
}

/** A new chain, empty chats, nobody known: every journey starts at the beginning of time. */
export async function startOver() {
  const old = await world('info');
  // The answer may be cut off by the very restart it asked for.
  await world('reset', {}).catch(() => null);
  return until('the sandbox starts over', async () => {
    const now = await world('info');
    const isNew = now.head.seqno < old.head.seqno || now.cast[0].wallet.raw !== old.cast[0].wallet.raw;
    const ready = await fetch(`${SERVICE}/health/ready`, { signal: answered() });
    return isNew && now.shop !== null && ready.ok && now;
  });
}

/** What the shop may ask of the service with its key. */
export async function merchant(shop, path, body) {
  const response = await fetch(`${SERVICE}/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    signal: answered(),
    headers: { authorization: `Bearer ${shop.key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`/v1/${path}: ${response.status} ${answer.detail ?? answer.title}`);
  return answer;
}
