import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeService, list, refuses, says, signsIn, wallet, type Service } from '../../service.fake';

vi.mock('../../base/telegram', () => ({ telegram: { launch: { initData: 'user=1&hash=2', theme: {} }, hosted: false, canScan: true, haptic: () => undefined, on: () => undefined } }));
// No wallet is asked here, and its list is not fetched.
vi.mock('../../flows/wallet', () => ({ warmUp: () => undefined, WalletError: class extends Error {} }));

const request = { id: 'req_1', status: 'open', money: null, note: 'Dinner', paid_count: 0 };
const store = { id: 'acc_1', name: 'Bob’s Bakery', role: 'owner' };
const away = refuses(503, 'database-unavailable');

let place: HTMLElement;
let service: Service;
beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  service = fakeService({
    '/v1/session': signsIn,
    '/v1/info': says({ ticker: 'GRAM', sandbox: false, assets: [{ asset: 'GRAM', name: 'GRAM', decimals: 9, master: null }] }),
    '/v1/balances': list(), '/v1/payments': list(), '/v1/requests': list(request), '/v1/merchants': list(store),
  });
  place = document.createElement('div');
});
afterEach(() => {
  act(() => render(null, place));
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const pass = async (ms: number) => {
  await act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  for (let i = 0; i < 5; i += 1) await act(async () => void (await vi.advanceTimersByTimeAsync(10)));
};
const words = () => place.textContent ?? '';
const signIn = async () => {
  const { session } = await import('../../flows/session');
  await session.refresh();
};
const open = async () => {
  const { Home } = await import('./home');
  await signIn();
  act(() => render(h(Home, { wallet }), place));
  await pass(0);
};

it.each([['/v1/requests', 'Your open requests', 'Dinner', list(request)], ['/v1/merchants', 'Your stores', 'Bob’s Bakery', list(store)]] as const)(
  'home says what it could not have, and has it later: %s',
  async (path, missing, shown, good) => {
    service.answers.set(path, away);
    await open();
    expect(words()).toContain(`Not to be had right now: ${missing}`);
    service.answers.set(path, good);
    await pass(5_000);
    expect(words()).toContain(shown);
    expect(words()).not.toContain('Not to be had right now');
  },
);

it('home says once each what it could not have, and asks for no button that is not there', async () => {
  for (const path of ['/v1/balances', '/v1/requests', '/v1/merchants']) service.answers.set(path, away);
  await open();
  expect(words().split('The service is not ready just now')).toHaveLength(2);
  expect(words()).toContain('Not to be had right now: Your open requests, Your stores');
  expect(words().split('Try again')).toHaveLength(3);
  expect([...place.querySelectorAll('button')].filter((one) => one.textContent === 'Try again')).toHaveLength(1);
});

it('home offers what features can do in its own order, in the language in force', async () => {
  const { useLanguage } = await import('../../base/text');
  /** A feature more may stand between them. */
  const offered = () => [...place.querySelectorAll('.tile')].map((one) => one.textContent).filter((_, i, { length }) => i < 2 || i === length - 1);
  await open();
  expect(offered()).toEqual(['Send', 'Request', 'Scan']);
  await act(() => useLanguage('ru'));
  expect(offered()).toEqual(['Отправить', 'Запросить', 'Сканировать']);
  const [send, request] = place.querySelectorAll<HTMLElement>('.tile');
  const { stack } = await import('../../router');
  act(() => request?.click());
  act(() => send?.click());
  expect(stack.value).toEqual([{ name: 'home' }, { name: 'ask' }, { name: 'recipient' }]);
  const { asset } = await import('../../flows/draft');
  expect(asset.value).toBe('GRAM');
});

it('home does not say the same thing once for everything that it is about', async () => {
  for (const path of ['/v1/payments', '/v1/requests', '/v1/merchants']) service.answers.set(path, away);
  await open();
  expect(words().split('The service is not ready just now')).toHaveLength(2);
  service.answers.set('/v1/payments', () => new Promise<Response>(() => undefined));
  await pass(5_000);
  expect(words().split('The service is not ready just now')).toHaveLength(2);
});

it('whoever has no wallet finds the way to their stores although the first try fails', async () => {
  service.answers.set('/v1/merchants', away);
  const { Welcome } = await import('../../flows/welcome');
  await signIn();
  act(() => render(h(Welcome, null), place));
  await pass(0);
  expect(words()).not.toContain('Your stores');
  service.answers.set('/v1/merchants', list(store));
  await pass(2_000);
  expect(words()).toContain('Your stores');
});
