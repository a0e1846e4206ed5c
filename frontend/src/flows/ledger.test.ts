import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it } from 'vitest';
import type { Payment } from '../api/types';
import { useLanguage } from '../base/text';
import { Ledger } from './ledger';

const place = document.createElement('div');
afterEach(async () => {
  act(() => render(null, place));
  await useLanguage('en');
});

const show = (kind: string) => {
  const bob = { name: 'Bob', kind: 'person' };
  const money = { asset: 'GRAM', amount: '1', units: '1000000000', decimals: 9 };
  const payment = { id: 'pay_1', status: 'final', direction: 'out', to: bob, money, note: null, purpose: { kind, id: null, description: null }, created_at: '2026-01-01T12:00:00Z' };
  act(() => render(h(Ledger, { payments: [payment as unknown as Payment] }), place));
  return place.textContent;
};

it('says what a payment was for', () => expect(show('request')).toContain('Request · '));

it('says of a purpose of a newer service that it is a payment', async () => {
  expect(show('newer')).toContain('Payment · ');
  await act(() => useLanguage('ru'));
  expect(show('newer')).toContain('Платёж · ');
});
