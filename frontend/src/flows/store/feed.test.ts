import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('../../base/telegram', () => ({ telegram: { launch: { initData: 'user=1&hash=2' } } }));

type Answer = (url: string) => Response | Promise<Response>;
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const problem = (status: number, slug: string): Answer => () => json(status, { type: `/problems/${slug}`, title: slug });
const never: Answer = () => new Promise<Response>(() => undefined);

/** What the service answers by path; a test changes it as it goes. */
const service = new Map<string, Answer>();
const asked: string[] = [];

describe('the feed of a store', () => {
  let place: HTMLElement;
  let news: (readonly string[])[];
  beforeEach(async () => {
    vi.useFakeTimers();
    vi.resetModules();
    asked.length = 0;
    service.clear();
    service.set('/v1/session', () => json(201, { token: 't', expires_at: '', person: {} }));
    service.set('/v1/merchant', () => json(200, { last_seq: 7 }));
    service.set('/v1/merchants', () => json(200, { data: [{ id: 'acc_1' }], has_more: false }));
    service.set('/v1/events', never);
    vi.stubGlobal('fetch', (url: string) => {
      const path = url.split('?')[0] ?? '';
      asked.push(url);
      return Promise.resolve((service.get(path) ?? problem(404, 'not-found'))(url));
    });
    news = [];
    place = document.createElement('div');
  });
  afterEach(() => {
    act(() => render(null, place));
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const reopen = async () => {
    const { useNews } = await import('./feed');
    const Screen = () => {
      useNews('acc_1', (types) => news.push(types));
      return null;
    };
    act(() => render(h(Screen, null), place));
    await vi.advanceTimersByTimeAsync(0);
  };
  const open = async () => {
    await reopen();
    const { late } = await import('./feed');
    const { signedOut } = await import('../../api/remit');
    return { late, signedOut };
  };
  const paid: Answer = () => {
    service.set('/v1/events', never);
    return json(200, { data: [{ seq: 8, type: 'invoice.paid' }], has_more: false });
  };

  it('says at once that a sign-in has ended, and goes on when it can be renewed', async () => {
    service.set('/v1/events', problem(401, 'session-invalid'));
    service.set('/v1/session', () => {
      service.set('/v1/session', problem(401, 'login-stale'));
      return json(201, { token: 't', expires_at: '', person: {} });
    });
    const { signedOut } = await open();
    expect(signedOut.value?.slug).toBe('login-stale');
    service.set('/v1/session', () => json(201, { token: 't2', expires_at: '', person: {} }));
    service.set('/v1/events', paid);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(news).toContainEqual(['invoice.paid']);
  });

  it.each([[400, 'bad-request'], [404, 'not-found'], [409, 'unknown-position'], [422, 'odd'], [429, 'too-many-requests'], [500, 'internal'], [503, 'timed-out']])(
    'does not end by an answer of %d, and says that news are late',
    async (status, slug) => {
      service.set('/v1/events', problem(status, slug));
      const { late } = await open();
      expect(late.value?.slug).toBe(slug);
      service.set('/v1/events', paid);
      await vi.advanceTimersByTimeAsync(30_000);
      expect(news).toContainEqual(['invoice.paid']);
      expect(late.value).toBeNull();
    },
  );

  it('says that news are late when it is refused although signing in again succeeds', async () => {
    service.set('/v1/events', problem(401, 'session-invalid'));
    const { late, signedOut } = await open();
    expect([late.value?.slug, signedOut.value]).toEqual(['session-invalid', null]);
    service.set('/v1/events', paid);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(late.value).toBeNull();
  });

  /** A store in which nothing happens: whoever waits for news, waits. */
  const quiet = () => service.set('/v1/events', (url) => (/wait=[1-9]/.test(url) ? never(url) : json(200, { data: [], has_more: false })));

  it('says that they are there again with the first good answer, also when nothing has happened', async () => {
    service.set('/v1/events', problem(503, 'timed-out'));
    const { late } = await open();
    expect(late.value).not.toBeNull();
    quiet();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(late.value).toBeNull();
    expect(news).toEqual([[], []]);
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.length).toBeLessThanOrEqual(before + 1);
  });

  it('does not leave the next screen saying that they are late', async () => {
    service.set('/v1/events', problem(503, 'timed-out'));
    const { late } = await open();
    act(() => render(null, place));
    quiet();
    expect(late.value).not.toBeNull();
    await reopen();
    expect(late.value).toBeNull();
  });

  it('asks for nothing more when its screen has closed meanwhile', async () => {
    service.set('/v1/merchant', () => new Promise((done) => setTimeout(() => done(json(200, { last_seq: 7 })), 500)));
    await reopen();
    act(() => render(null, place));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.filter((url) => url.startsWith('/v1/events'))).toEqual([]);
  });

  it('ends for whoever was removed from the store, and only for them', async () => {
    service.set('/v1/events', problem(403, 'member-unknown'));
    await open();
    const before = asked.filter((url) => url.startsWith('/v1/events')).length;
    await vi.advanceTimersByTimeAsync(25_000);
    expect(asked.filter((url) => url.startsWith('/v1/events')).length).toBeGreaterThan(before);
    service.set('/v1/merchants', () => json(200, { data: [], has_more: false }));
    await vi.advanceTimersByTimeAsync(25_000);
    const after = asked.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked.length).toBe(after);
  });
});
