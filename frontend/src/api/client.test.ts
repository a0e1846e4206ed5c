import { describe, expect, it } from 'vitest';
import { createClient, isAbort, Problem } from './client';

interface Seen {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

type Answer = (seen: Seen) => Response | Promise<Response>;

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const problem = (status: number, slug: string) =>
  json(status, { type: `/problems/${slug}`, title: 'T', status, detail: `about ${slug}`, request_id: 'r_1' });

/** A service that answers from a script and remembers what it was asked. */
function service(answer: Answer, initData: string | null = 'user=1&hash=2') {
  const seen: Seen[] = [];
  const fetch = async (url: RequestInfo | URL, init: RequestInit = {}) => {
    const asked: Seen = { url: String(url), method: init.method ?? 'GET', headers: init.headers as Record<string, string>, body: init.body as string | undefined };
    seen.push(asked);
    init.signal?.throwIfAborted();
    return answer(asked);
  };
  return { seen, client: createClient({ fetch: fetch as typeof globalThis.fetch, initData: () => initData, timeoutMs: 1_000 }) };
}

const session = (n: number) => json(201, { token: `t${n}`, expires_at: '', person: {} });

describe('signing in', () => {
  it('exchanges initData once, then uses the token', async () => {
    const { client, seen } = service(({ url }) => (url === '/v1/session' ? session(1) : json(200, { ok: true })));
    await Promise.all([client.call('GET', '/v1/me'), client.call('GET', '/v1/balances')]);
    expect(seen.map((s) => [s.url, s.headers['Authorization']])).toEqual([
      ['/v1/session', 'tma user=1&hash=2'],
      ['/v1/me', 'Bearer t1'],
      ['/v1/balances', 'Bearer t1'],
    ]);
  });

  it('signs in again, silently and once, when the session has ended', async () => {
    let logins = 0;
    const { client, seen } = service(({ url, headers }) => {
      if (url === '/v1/session') return session((logins += 1));
      return headers['Authorization'] === 'Bearer t2' ? json(200, { id: 1 }) : problem(401, 'unauthenticated');
    });
    const answers = await Promise.all([client.call('GET', '/v1/me'), client.call('GET', '/v1/balances')]);
    expect(answers).toEqual([{ id: 1 }, { id: 1 }]);
    expect(seen.filter((s) => s.url === '/v1/session')).toHaveLength(2);
  });

  it('gives up when signing in again does not help', async () => {
    const { client, seen } = service(({ url }) => (url === '/v1/session' ? session(1) : problem(401, 'unauthenticated')));
    await expect(client.call('GET', '/v1/me')).rejects.toMatchObject({ status: 401 });
    expect(seen.filter((s) => s.url === '/v1/me')).toHaveLength(2);
  });

  it('says that it has ended when it cannot be renewed, and does not show the same init data again and again', async () => {
    let good = true;
    const told: (string | null)[] = [];
    const fetch = async (url: RequestInfo | URL) => {
      asked.push(String(url));
      if (String(url) === '/v1/session') return good ? session(1) : problem(401, 'login-stale');
      return good ? json(200, {}) : problem(401, 'session-invalid');
    };
    const asked: string[] = [];
    const client = createClient({ fetch: fetch as typeof globalThis.fetch, initData: () => 'a', ended: (why) => told.push(why && why.slug) });
    await client.call('GET', '/v1/events');
    good = false;
    for (let i = 0; i < 3; i += 1) await expect(client.call('GET', '/v1/events')).rejects.toMatchObject({ slug: 'login-stale' });
    expect(told).toEqual([null, 'login-stale']);
    expect(asked.filter((url) => url === '/v1/session')).toHaveLength(2);
  });

  it('tells the time of every answer, also of a refusal: its own, and the Date that a proxy may have set', async () => {
    const heard: (string | null)[][] = [];
    const client = createClient({ fetch: async () => answers.shift() as Response, initData: () => 'a', heard: (...times) => heard.push(times) });
    const answers = [200, 409].map((status) => new Response('{}', { status, headers: { date: `day ${status}`, 'remit-time': `time ${status}` } }));
    answers.push(new Response('<h1>Bad gateway</h1>', { status: 502, headers: { date: 'day 502' } }));
    for (let i = 0; i < 3; i += 1) await client.call('GET', '/v1/x', { auth: 'none' }).catch(() => undefined);
    expect(heard).toEqual([['day 200', 'time 200'], ['day 409', 'time 409'], ['day 502', null]]);
  });

  it('does not even ask without initData', async () => {
    const { client, seen } = service(() => session(1), null);
    await expect(client.call('GET', '/v1/me')).rejects.toMatchObject({ slug: 'not-in-telegram' });
    expect(seen).toEqual([]);
  });

  it('sends nothing secret to public routes', async () => {
    const { client, seen } = service(({ url }) => (url === '/v1/session' ? session(1) : json(200, {})));
    await client.login();
    await client.call('GET', '/v1/info', { auth: 'none' });
    expect(seen[1]?.headers['Authorization']).toBeUndefined();
  });
});

describe('requests', () => {
  it('carry JSON, a query without holes, and an idempotency key', async () => {
    const { client, seen } = service(() => json(200, {}));
    await client.call('POST', '/v1/payments', { auth: 'none', body: { to: '@bob' }, idempotencyKey: 'k1', query: { a: 'x y', b: undefined, c: null, d: 3 }, wait: 25 });
    expect(seen[0]).toMatchObject({ url: '/v1/payments?a=x+y&d=3&wait=25', method: 'POST', body: '{"to":"@bob"}' });
    expect(seen[0]?.headers).toMatchObject({ 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' });
  });

  it('may have no answer to read', async () => {
    const { client } = service(() => new Response(null, { status: 204 }));
    await expect(client.call('DELETE', '/v1/me', { auth: 'none' })).resolves.toBeUndefined();
  });
});

describe('failures are problems', () => {
  const failing = (answer: Answer) => service(answer).client.call('GET', '/v1/x', { auth: 'none' });

  it('named by the service', async () => {
    await expect(failing(() => problem(404, 'person-unknown'))).rejects.toMatchObject({
      slug: 'person-unknown', status: 404, message: 'about person-unknown', requestId: 'r_1', unreachable: false,
    });
  });

  it('even when a proxy answers in HTML', async () => {
    await expect(failing(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))).rejects.toMatchObject({ slug: 'unavailable', unreachable: true });
    await expect(failing(() => new Response('<h1>Hello</h1>', { status: 200 }))).rejects.toMatchObject({ slug: 'unreadable' });
  });

  it('when nobody answers', async () => {
    await expect(failing(() => Promise.reject(new TypeError('Failed to fetch')))).rejects.toMatchObject({ slug: 'offline', unreachable: true });
  });

  it('but an abort stays an abort', async () => {
    const stop = new AbortController();
    stop.abort();
    const { client } = service(() => json(200, {}));
    const error: unknown = await client.call('GET', '/v1/x', { auth: 'none', signal: stop.signal }).catch((e: unknown) => e);
    expect(error).not.toBeInstanceOf(Problem);
    expect(isAbort(error)).toBe(true);
  });
});
