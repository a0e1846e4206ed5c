import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PublicInvoice } from '../api/types';
import { fakeService, json, refuses, says, type Answer, type Service } from '../service.fake';

const money = { amount: '2', asset: 'GRAM', units: '2000000000', decimals: 9 };
const none = { ...money, amount: '0', units: '0' };
const PATH = '/v1/public/invoices/inv_1';

function invoice(part: Partial<PublicInvoice>): PublicInvoice {
  return {
    id: 'inv_1', status: 'open', exception: 'none', goods_kind: 'physical', stars: null, money,
    accepted: [{ asset: 'GRAM', money, received: none, remaining: money, refunded: none, rate: null, ton_link: 'ton://x' }],
    open_amount: false, min_amount: null, fiat: null, received: none, remaining: money,
    shop: { name: 'Coffee Lab', wallet_since: '2026-03-03T12:00:00.000Z' }, description: null, reference: 'SHARED', address: 'UQ',
    pay_url: 'https://x/pay/inv_1', ton_link: 'ton://x', expires_at: '2126-11-23T12:00:00.000Z', created_at: '2026-11-23T12:00:00.000Z',
    paid_at: null, return_url: null, has_paid_message: false, paid_message: null, progress: [], receipts: [], astray: [], ...part,
  };
}

const info = {
  version: '1', network: '-239', sandbox: false, ticker: 'GRAM', bot_username: null, app_url: 'https://t.me/x?startapp=', public_url: '',
  manifest_url: '', wallets_url: '', assets: [], explorer_url: null, finality_seconds: 5,
};

/** Whether the words about money that has come can be fetched. */
const code = vi.hoisted(() => ({ away: false }));
vi.mock('../flows/invoice/aftermath', async (original) => {
  if (code.away) throw new TypeError('Failed to fetch');
  return original();
});

describe('the pay page', () => {
  let place: HTMLElement;
  let service: Service;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetModules();
    localStorage.clear();
    place = document.body.appendChild(document.createElement('div'));
    service = fakeService({ '/v1/info': says(info), [PATH]: polled(invoice({})) });
  });
  afterEach(() => {
    act(() => render(null, place));
    place.remove();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const open = async () => {
    const { PayPage } = await import('./page');
    act(() => render(h(PayPage, { id: 'inv_1' }), place));
    for (let i = 0; i < 6; i += 1) await pass(10);
  };
  const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  /** Second by second: what shows may decide when it is asked again. */
  const wait = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 1) await pass(1_000);
  };
  const words = () => place.textContent ?? '';

  /** What a call without a wait is told at once, and whoever waits after 25 seconds in which nothing has changed. */
  function polled(shared: PublicInvoice, own = shared): Answer {
    return async ({ url, headers }) => {
      if (url.includes('wait=25')) await new Promise((done) => setTimeout(done, 25_000));
      return json(200, headers['Remit-Payer-Secret'] ? own : shared);
    };
  }

  const button = () => [...place.querySelectorAll('button')].find((one) => one.textContent === 'Pay with a wallet') as HTMLButtonElement;

  it('says that the service does not answer, and lets pay as soon as it does', async () => {
    service.answers.set('/v1/info', refuses(503, 'database-unavailable'));
    await open();
    expect(words()).toContain('no wallet can be asked');
    expect(button().disabled).toBe(true);
    await pass(6_000);
    expect(service.count('/v1/info')).toBe(3);
    service.answers.set('/v1/info', says(info));
    await pass(3_000);
    expect(words()).not.toContain('no wallet can be asked');
    expect(button().disabled).toBe(false);
    await pass(60_000);
    expect(service.count('/v1/info')).toBe(4);
  });

  it.each([
    ['answers that it cannot', refuses(503, 'database-unavailable')],
    ['is not reached', () => Promise.reject(new TypeError('Failed to fetch'))],
  ] as const)('asks for the invoice by itself until it is there, with growing pauses, when the service %s', async (_, away) => {
    const good = service.answers.get(PATH) as Answer;
    service.answers.set(PATH, away);
    await open();
    expect(words()).toContain('Try again');
    await wait(6);
    expect(service.count(PATH)).toBe(3);
    expect(words()).toContain('Try again');
    service.answers.set(PATH, good);
    await wait(2);
    expect(words()).toContain('Coffee Lab');
  });

  it('does not ask again for an invoice that there is not', async () => {
    service.answers.set(PATH, refuses(404, 'not-found'));
    await open();
    await wait(60);
    expect(service.count(PATH)).toBe(1);
  });

  describe('at a rate that is over', () => {
    const at = (rate_expires_at: string) => ({ amount: '5.00', currency: 'USD', rate: '2.5', sources: [], at: '', rate_expires_at });
    const old = invoice({ fiat: at('2020-11-23T12:00:00.000Z') });
    const fresh = { ...old, fiat: at('2126-11-22T12:00:00.000Z') };
    const tone = () => place.querySelector('.notice')?.className;
    const renew = async (answer: Answer) => {
      service.answers.set(PATH, polled(old));
      service.answers.set(`${PATH}/renew`, answer);
      const { heard } = await import('../base/clock');
      heard(new Date().toUTCString());
      await open();
      expect(words()).toContain('Do not pay the old amount');
      expect(tone()).toContain('notice-warn');
      act(() => [...place.querySelectorAll('button')].find((one) => one.textContent === 'Show the new amount')?.click());
      await pass(10);
    };

    it('does not blame the rate when the service is away, and asks again by itself', async () => {
      await renew(refuses(503, 'database-unavailable'));
      expect(words()).toContain('The service is not ready just now');
      expect(words()).toContain('Nothing was changed');
      expect(words()).toContain('Do not pay the old amount');
      expect(words()).not.toContain('No rate can be relied on');
      expect(tone()).toContain('notice-warn');
      const asked = service.count(`${PATH}/renew`);
      await wait(6);
      expect(service.count(`${PATH}/renew`)).toBe(asked + 2);
      service.answers.set(`${PATH}/renew`, says(fresh));
      await wait(2);
      expect(button().disabled).toBe(false);
      expect(words()).not.toContain('Do not pay');
    });

    it('says so when no rate can be relied on', async () => {
      await renew(refuses(503, 'rate-unavailable'));
      expect(words()).toContain('No rate can be relied on');
      expect(tone()).toContain('notice-warn');
    });
  });

  it('says that the connection is shaky until the first good answer, and no longer', async () => {
    const good = service.answers.get(PATH) as Answer;
    service.answers.set(PATH, (asked) => (asked.url.includes('after=') ? refuses(503, 'database-unavailable')(asked) : good(asked)));
    await open();
    expect(words()).toContain('The connection is shaky');
    service.answers.set(PATH, good);
    await pass(2_000);
    expect(words()).not.toContain('The connection is shaky');
  });

  it('says so as well when it is refused as nobody it knows', async () => {
    const good = service.answers.get(PATH) as Answer;
    service.answers.set(PATH, (asked) => (asked.url.includes('after=') ? refuses(401, 'session-invalid')(asked) : good(asked)));
    await open();
    expect(words()).toContain('The connection is shaky');
  });

  it('tells what became of money although the words for it did not arrive at first', async () => {
    code.away = true;
    const lost = { hash: 'ab', money, reason: 'wrong_asset', refunded: none } as PublicInvoice['astray'][number];
    service.answers.set(PATH, polled(invoice({ astray: [lost] })));
    await open();
    await vi.waitFor(() => expect(words()).toContain('No connection'));
    code.away = false;
    await pass(1_000);
    await vi.waitFor(() => expect(words()).toContain('2\u00a0GRAM cannot pay this invoice'));
    expect(words()).not.toContain('No connection');
  });

  describe('of a shop that has a word for whoever pays', () => {
    const shared = invoice({ has_paid_message: true });
    const own = { ...shared, reference: 'MINE' };
    beforeEach(() => {
      service.answers.set(PATH, polled(shared, own));
      service.answers.set(`${PATH}/claim`, says(own));
    });

    it('asks as this browser as soon as it is known, so that its own reference stays', async () => {
      await open();
      expect(words()).toContain('MINE');
      for (let i = 0; i < 60; i += 1) {
        await pass(1_000);
        expect(words()).toContain('MINE');
        expect(words()).not.toContain('SHARED');
      }
      const polls = service.asked.filter(({ url }) => url.includes('wait=25'));
      expect(polls.length).toBeGreaterThan(2);
      expect(polls.slice(1).every(({ headers }) => headers['Remit-Payer-Secret'])).toBe(true);
    });

    it('makes itself known although the first try fails', async () => {
      service.answers.set(`${PATH}/claim`, refuses(503, 'database-unavailable'));
      await open();
      expect(words()).toContain('SHARED');
      service.answers.set(`${PATH}/claim`, says(own));
      await pass(1_000);
      expect(words()).toContain('MINE');
    });
  });
});
