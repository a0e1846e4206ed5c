// The running world these clients are pointed at, and its controls.
//
//   WORLD_URL   http://127.0.0.1:8081
//   BOT_TOKEN   what GET /sandbox/info calls bot.token

import { test as inNode } from 'node:test';

export const WORLD_URL = required('WORLD_URL').replace(/\/$/, '');
export const BOT_TOKEN = required('BOT_TOKEN');

/** Long enough for a slow machine; nothing here waits for it to pass. */
const DEADLINE_MS = 20_000;
const POLL_MS = 50;
const LONGEST_TEST_MS = 60_000;

/** A test that fails by its name when it does not come to an end. */
export const test = (name, act) => inNode(name, { timeout: LONGEST_TEST_MS }, act);

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see tests/foreign/README.md`);
  return value;
}

export async function http(method, path, body) {
  const response = await fetch(WORLD_URL + path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const text = await response.text();
  const answer = text && JSON.parse(text);
  if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text}`), { status: response.status, answer });
  return answer;
}

export const get = (path) => http('GET', path);
export const post = (path, body = {}) => http('POST', path, body);

/** Asks until there is an answer. The chain's API has no long poll of its own. */
export async function until(what, ask) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`in ${DEADLINE_MS} ms there was no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Long-polls something with a revision until it shows what is looked for. */
async function follow(what, path, find) {
  const deadline = Date.now() + DEADLINE_MS;
  for (let view = await get(path); ; view = await get(`${path}?after=${view.revision}&wait=5`)) {
    const found = find(view);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`in ${DEADLINE_MS} ms there was no ${what}: ${JSON.stringify(view)}`);
  }
}

export async function withFaults(faults, act) {
  const before = await get('/sandbox/faults');
  await http('PUT', '/sandbox/faults', {
    chain: { ...before.chain, ...faults.chain },
    telegram: { ...before.telegram, ...faults.telegram },
  });
  try {
    return await act();
  } finally {
    await http('PUT', '/sandbox/faults', before);
  }
}

export const faucet = (to, amount, asset) => post('/sandbox/faucet', { to, amount, asset });
export const initData = async (name, startParam) => {
  const query = startParam === undefined ? '' : `?start_param=${encodeURIComponent(startParam)}`;
  return (await get(`/sandbox/people/${name}/init_data${query}`)).init_data;
};

/** One of the cast, with the chat and the wallet on their phone. */
export async function person(name) {
  const { cast } = await get('/sandbox/info');
  const { telegram_id: id, username, wallet } = cast.find((one) => one.person === name);
  const chat = `/sandbox/people/${name}`;
  const phone = `/sandbox/wallets/${name}`;
  return {
    name, id, username, wallet,
    says: (text) => post(`${chat}/say`, { text }),
    taps: (message, button) => post(`${chat}/tap`, { message_id: message.id, button }),
    starts: (param) => post(`${chat}/start`, { param }),
    blocks: () => post(`${chat}/block`),
    unblocks: () => post(`${chat}/unblock`),
    sees: (what, find) => follow(what, `${chat}/chat`, ({ messages }) => messages.find(find)),
    opens: (link) => post(`${phone}/open`, { link }),
    isAsked: (kind) => follow(`${kind} request`, phone, ({ requests }) => requests.find((request) => request.kind === kind)),
    approves: (request) => post(`${phone}/requests/${request.id}/approve`),
    declines: (request) => post(`${phone}/requests/${request.id}/decline`),
    disconnects: () => post(`${phone}/disconnect`),
    proves: (domain, payload) => post(`${phone}/prove`, { domain, payload }),
  };
}
