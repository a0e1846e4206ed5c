import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Recipient } from '../../api/types';
import { fakeService, says, signsIn } from '../../service.fake';

vi.mock('../../base/telegram', () => ({ telegram: { launch: { initData: 'user=1&hash=2', theme: {} }, hosted: false, haptic: () => undefined, on: () => undefined } }));
// No wallet is asked here, and its list is not fetched.
vi.mock('../../flows/wallet', () => ({ warmUp: () => undefined, WalletError: class extends Error {} }));

const stranger: Recipient = {
  kind: 'address', name: 'UQAA…AAAA', username: null, address: `UQ${'A'.repeat(46)}`, raw: `0:${'0'.repeat(64)}`,
  warnings: [], exchange: null, takes_memo: true, named_at: null, asks: null,
};
const perhaps: Recipient = { ...stranger, warnings: ['maybe_exchange'] };
const known: Recipient = { ...perhaps, exchange: 'Northbank' };

let place: HTMLElement;
beforeEach(() => {
  vi.resetModules();
  fakeService({
    '/v1/session': signsIn,
    '/v1/info': says({ ticker: 'GRAM', sandbox: false, assets: [{ asset: 'GRAM', name: 'GRAM', decimals: 9, master: null }] }),
  });
  place = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  act(() => render(null, place));
  place.remove();
  vi.unstubAllGlobals();
});
const open = async (to: Recipient, memo = '') => {
  const { session } = await import('../../flows/session');
  const draft = await import('../../flows/draft');
  const { Review } = await import('./review');
  await session.refresh();
  draft.startDraft();
  draft.recipient.value = to;
  draft.figureText.value = '1';
  draft.memo.value = memo;
  act(() => render(h(Review, null), place));
};
const words = () => place.textContent ?? '';
const said = (what: string) => words().split(what).length - 1;
const placeholder = () => place.querySelector('input')?.placeholder;
const WITHOUT = 'without it the money may be credited to nobody';

it('an exchange that is known needs the memo: said once, and nothing says that it may be left out', async () => {
  await open(known);
  expect(words()).toContain('A deposit address of Northbank');
  expect(words()).not.toContain('in the review');
  expect(words()).not.toMatch(/\bif you were given/i);
  expect(placeholder()).toBe('The memo they gave you');
  expect(said(WITHOUT)).toBe(1);
});

it('what is perhaps an exchange is warned of once as well', async () => {
  await open(perhaps);
  expect(words()).not.toContain('in the review');
  expect(placeholder()).toBe('Only if you were given one');
  expect(said(WITHOUT)).toBe(1);
});

it('any other address is told of the memo under its field', async () => {
  await open(stranger);
  expect(said(WITHOUT)).toBe(1);
});

it('a memo is to be compared, whoever gets it', async () => {
  for (const to of [known, perhaps, stranger]) {
    await open(to, '12345');
    expect(words()).toContain('Compare every character');
  }
});
