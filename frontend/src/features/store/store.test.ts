import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeService, json, list, never, person, refuses, says, signsIn, type Service } from '../../service.fake';
import type { StorePage } from './pages';

const nothing = () => undefined;
vi.mock('../../base/telegram', () => ({
  telegram: { launch: { initData: 'user=1&hash=2', theme: {} }, hosted: false, supports: () => false, haptic: nothing, on: () => nothing },
}));

const reads = ['events', 'invoices', 'refunds', 'reports', 'unmatched'].map((area) => `${area}:read`);
const may = [...reads, ...['keys', 'members', 'webhooks', 'payout'].flatMap((area) => [`${area}:read`, `${area}:write`]), 'invoices:write', 'refunds:write', 'unmatched:write'];
const store = { id: 'acc_1', name: 'Bob’s Bakery', address: 'UQ', role: 'owner', may, owner_from: null, livemode: true, created_at: '' };
const info = { ticker: 'GRAM', sandbox: false, assets: [{ asset: 'GRAM', name: 'GRAM', decimals: 9, master: null }] };

const money = { amount: '2', asset: 'GRAM', units: '2000000000', decimals: 9 };
const none = { ...money, amount: '0', units: '0' };
const invoice = {
  id: 'inv_1', status: 'open', exception: 'none', money, accepted: [], fiat: null, received: none, remaining: money, description: null,
  expires_at: '2126-11-23T12:00:00.000Z', pay_url: 'https://x/pay/inv_1', app_url: 'https://t.me/x?startapp=inv_1', accepted_by_hand: false,
};

const full = { ...invoice, payments: [], refunds: [], refunded: none, reference: 'K7TQ', address: 'UQ', external_id: null, metadata: {}, created_at: '2026-11-23T12:00:00.000Z', paid_at: null };

let place: HTMLElement;
let service: Service;
beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  service = fakeService({
    '/v1/session': signsIn,
    '/v1/info': says(info),
    '/v1/me': says(person),
    '/v1/merchants': list(store),
    '/v1/merchant': says({ ...store, payout_since: '2026-11-23T12:00:00.000Z', last_seq: 7 }),
    '/v1/events': quiet,
    '/v1/reports/summary': says({ days: [] }),
    '/v1/members': says({ data: [], invitations: [] }),
  });
  for (const path of ['unmatched', 'invoices', 'refunds', 'audit_log', 'keys', 'webhook_endpoints', 'rights_changes', 'rates']) {
    service.answers.set(`/v1/${path}`, list());
  }
  place = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  act(() => render(null, place));
  place.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
const settle = async () => {
  for (let i = 0; i < 8; i += 1) await pass(10);
};
const words = () => (place.textContent ?? '').replaceAll('\u00a0', ' ');
const press = async (label: string) => {
  const button = [...place.querySelectorAll('button')].find((one) => one.textContent === label) as HTMLButtonElement;
  act(() => button.click());
  await settle();
};
const open = async (page: StorePage, item = 'x') => {
  const { session, stores } = await import('../../flows/session');
  const { AtStore } = await import('./at-store');
  await Promise.all([session.refresh(), stores.refresh()]);
  act(() => render(h(AtStore, { id: 'acc_1', page, item }), place));
  await settle();
};

/** Nothing happens: whoever waits for news, waits. */
function quiet(asked: { readonly url: string }): Response | Promise<Response> {
  return /wait=[1-9]/.test(asked.url) ? never({ ...asked, path: '', headers: {} }) : json(200, { data: [], has_more: false });
}

/** Something happens, which every screen takes as a reason to look again. */
const news = async () => {
  const { wakes } = await import('../../base/clock');
  service.answers.set('/v1/events', () => {
    service.answers.set('/v1/events', quiet);
    return json(200, { data: [{ seq: 8, type: 'invoice.paid' }], has_more: false });
  });
  wakes.value += 1;
  await settle();
};

it.each(['vault', 'constructor'])('a page that is no more opens the store: %s', async (page) => {
  await open(page as StorePage);
  expect(words()).toContain('New sale');
});

describe('a screen of a store that is live', () => {
  const LIVE: readonly StorePage[] = [
    'overview', 'sale', 'invoices', 'invoice', 'inbox', 'money', 'refunds', 'refund', 'give_back', 'keys', 'webhooks', 'webhook', 'members',
    'payout', 'log',
  ];

  it.each(LIVE)('says that its news are late, and that they are not any more: %s', async (page) => {
    service.answers.set('/v1/events', refuses(503, 'timed-out'));
    await open(page);
    expect(service.count('/v1/events')).toBeGreaterThan(0);
    expect(words().split('News are late')).toHaveLength(2);
    service.answers.set('/v1/events', quiet);
    await pass(2_000);
    expect(words()).not.toContain('News are late');
  });

  it.each([['overview', 'No invoices yet'], ['invoices', 'No invoices'], ['inbox', 'Nothing to decide'], ['refunds', 'No refunds'], ['log', 'Nobody has done anything yet']] as const)(
    'does not say that there is nothing while its news are late: %s',
    async (page, nothing) => {
      service.answers.set('/v1/events', refuses(503, 'timed-out'));
      await open(page);
      expect(words()).not.toContain(nothing);
      service.answers.set('/v1/events', quiet);
      await pass(2_000);
      await settle();
      expect(words()).toContain(nothing);
    },
  );

  it.each(['stall', 'settings', 'new_key', 'new_webhook', 'invite', 'new_payout'] as const)('is none that shows nothing which may change: %s', async (page) => {
    await open(page);
    expect(service.count('/v1/events')).toBe(0);
  });

  it('warns at the counter not to ask for the money twice', async () => {
    service.answers.set('/v1/invoices/inv_1', says(invoice));
    await open('sale', 'inv_1');
    expect(words()).not.toContain('Do not ask for the money twice');
    service.answers.set('/v1/invoices/inv_1', refuses(503, 'database-unavailable'));
    await news();
    expect(words()).toContain('Do not ask for the money twice');
    service.answers.set('/v1/invoices/inv_1', says({ ...invoice, status: 'paid' }));
    await pass(4_000);
    expect(words()).toContain('It is final');
    expect(words()).not.toContain('News are late');
  });
});

describe('the till', () => {
  const rate = { asset: 'GRAM', currency: 'USD', value: '2.5', trusted: true };
  const unit = () => place.querySelector('.figure-input .unit')?.textContent?.trim();

  it('does not turn dollars into coins because it could not ask for the rate, and has it later', async () => {
    service.answers.set('/v1/rates', refuses(503, 'database-unavailable'));
    const { session } = await import('../../flows/session');
    const { tillOf } = await import('./state/till');
    await session.refresh();
    tillOf('acc_1').value = { price: 'USD', asset: 'GRAM' };
    await open('stall');
    expect(unit()).toBe('USD');
    expect(words()).toContain('The service is not ready just now');
    service.answers.set('/v1/rates', list(rate));
    await pass(2_000);
    expect(unit()).toBe('USD');
    expect(words()).toContain('1 GRAM = 2.5 USD');
    expect(words()).not.toContain('The service is not ready just now');
  });
});

describe('somebody who belongs to a store', () => {
  it('is not told that it is gone when it could not be looked for', async () => {
    await open('settings');
    service.answers.set('/v1/merchants', list());
    const { stores } = await import('../../flows/session');
    await act(() => stores.refresh());
    await settle();
    expect(words()).toContain('You do not belong to it');
    service.answers.set('/v1/merchants', refuses(503, 'database-unavailable'));
    await act(() => stores.refresh());
    await settle();
    expect(words()).toContain('The service is not ready just now');
    service.answers.set('/v1/merchants', list(store));
    await pass(2_000);
    expect(words()).toContain('Leave');
  });
});

describe('what wants attention in a store', () => {
  const change = {
    id: 'chg_1', kind: 'payout', status: 'waiting', person: null, person_name: null, role: null, key_hint: null, from: 'UQ', to: 'UQ2',
    asked_by: 'per_2', asked_by_name: 'Mallory', created_at: '2026-11-23T12:00:00.000Z', due_at: '2026-11-25T12:00:00.000Z', ended_at: null,
  };

  it.each(['/v1/unmatched', '/v1/refunds', '/v1/rights_changes'])('says that it could not look, and looks again when told to: %s', async (path) => {
    service.answers.set(path, refuses(503, 'database-unavailable'));
    await open('overview');
    expect(words()).toContain('Could not look at what waits');
    service.answers.set(path, list());
    await press('Try again');
    expect(words()).not.toContain('Could not look at what waits');
  });

  it('says so as well when only the last look has failed, keeps what it knows, and looks again by itself', async () => {
    service.answers.set('/v1/rights_changes', list(change));
    await open('overview');
    expect(words()).toContain('From Nov 25');
    service.answers.set('/v1/rights_changes', refuses(503, 'database-unavailable'));
    await news();
    expect(words()).toContain('Could not look at what waits');
    expect(words()).toContain('From Nov 25');
    service.answers.set('/v1/rights_changes', list());
    await pass(2_000);
    await settle();
    expect(words()).not.toContain('Could not look at what waits');
    expect(words()).not.toContain('From Nov 25');
  });

  it('is not asked of whoever may not know', async () => {
    service.answers.set('/v1/merchants', list({ ...store, role: 'support', may: reads }));
    service.answers.set('/v1/rights_changes', refuses(403, 'role-missing'));
    await open('overview');
    expect(words()).not.toContain('Could not look at what waits');
  });
});

it('an invoice is looked at again by itself, its history as well', async () => {
  service.answers.set('/v1/invoices/inv_1', says(full));
  service.answers.set('/v1/invoices/inv_1/timeline', list());
  await open('invoice', 'inv_1');
  for (const path of ['/v1/invoices/inv_1', '/v1/invoices/inv_1/timeline']) service.answers.set(path, refuses(503, 'database-unavailable'));
  await news();
  expect(words().split('Could not refresh')).toHaveLength(3);
  service.answers.set('/v1/invoices/inv_1', says({ ...full, status: 'expired' }));
  service.answers.set('/v1/invoices/inv_1/timeline', list());
  await pass(2_000);
  expect(words()).toContain('Expired');
  expect(words()).not.toContain('Could not refresh');
});

it('a webhook that cannot be read says so without a flicker, and is read as soon as it can be', async () => {
  const endpoint = { id: 'we_1', url: 'https://x/hook', types: [], status: 'enabled', reason: null, failing_since: null };
  service.answers.set('/v1/webhook_endpoints/we_1', says(endpoint));
  service.answers.set('/v1/deliveries', refuses(503, 'database-unavailable'));
  await open('webhook', 'we_1');
  service.answers.set('/v1/deliveries', never);
  await pass(5_000);
  expect(words()).toContain('The service is not ready just now');
  service.answers.set('/v1/webhook_endpoints/we_1', refuses(503, 'database-unavailable'));
  await news();
  service.answers.set('/v1/webhook_endpoints/we_1', says({ ...endpoint, status: 'disabled' }));
  service.answers.set('/v1/deliveries', list());
  await pass(5_000);
  expect(words()).toContain('Off');
  expect(words()).not.toContain('Could not refresh');
});

describe('a list of a store', () => {
  it.each([['inbox', '/v1/unmatched'], ['invoices', '/v1/invoices'], ['refunds', '/v1/refunds'], ['log', '/v1/audit_log']] as const)(
    'says that it could not be read again, until it could: %s',
    async (page, path) => {
      await open(page);
      expect(words()).not.toContain('Could not refresh');
      service.answers.set(path, refuses(503, 'database-unavailable'));
      await news();
      expect(words()).toContain('Could not refresh');
      service.answers.set(path, list());
      await pass(2_000);
      expect(words()).not.toContain('Could not refresh');
    },
  );

  it('does not say that nothing fits when it could not look', async () => {
    await open('invoices');
    service.answers.set('/v1/invoices', refuses(503, 'database-unavailable'));
    const field = place.querySelector('input') as HTMLInputElement;
    act(() => {
      field.value = 'Order-1042';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await pass(400);
    expect(words()).toContain('The service is not ready just now');
    expect(words()).not.toContain('Nothing fits');
    service.answers.set('/v1/invoices', list());
    await pass(2_000);
    expect(words()).not.toContain('The service is not ready just now');
    expect(words()).toContain('Nothing fits');
  });
});
