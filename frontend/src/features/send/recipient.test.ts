import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeService, refuses, says, signsIn, type Service } from '../../service.fake';

vi.mock('../../base/telegram', () => ({ telegram: { launch: { initData: 'user=1&hash=2', theme: {} }, hosted: false, haptic: () => undefined, on: () => undefined } }));

const alice = {
  kind: 'person', name: 'Alice', username: 'alice', address: `UQ${'A'.repeat(46)}`, warnings: [], exchange: null, takes_memo: false, named_at: null, asks: null,
};

let place: HTMLElement;
let service: Service;
beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  service = fakeService({
    '/v1/session': signsIn,
    '/v1/info': says({ ticker: 'GRAM', sandbox: false, assets: [], app_url: 'https://t.me/x?startapp=', public_url: 'https://x' }),
  });
  place = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  act(() => render(null, place));
  place.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const pass = async (ms: number) => {
  await act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  for (let i = 0; i < 5; i += 1) await act(async () => void (await vi.advanceTimersByTimeAsync(10)));
};
const button = (label: string) => [...place.querySelectorAll('button')].find((one) => one.textContent === label);
const open = async () => {
  const { session } = await import('../../flows/session');
  const { typed } = await import('../../flows/draft');
  const { RecipientScreen } = await import('./recipient');
  await session.refresh();
  typed.value = '@alice';
  act(() => render(h(RecipientScreen, null), place));
  await pass(300);
};

it('somebody who could not be looked up is looked up again when told to', async () => {
  service.answers.set('/v1/recipients', refuses(503, 'database-unavailable'));
  await open();
  expect(button('Continue')?.disabled).toBe(true);
  service.answers.set('/v1/recipients', says(alice));
  act(() => button('Try again')?.click());
  await pass(300);
  expect(place.textContent).toContain('Alice');
  expect(button('Continue')?.disabled).toBe(false);
});

it('nobody is looked for twice who is not there', async () => {
  service.answers.set('/v1/recipients', refuses(404, 'person-unknown'));
  await open();
  expect(place.textContent).toContain('Nobody here has this name');
  expect(button('Try again')).toBeUndefined();
});
