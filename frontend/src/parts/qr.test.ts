import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { Qr } from './qr';

const network = vi.hoisted(() => ({ away: true }));
vi.mock('uqr', async (original) => {
  if (network.away) throw new TypeError('Failed to fetch');
  return original();
});
afterEach(() => void vi.useRealTimers());

it('shows a code although its encoder did not arrive at first, and says so meanwhile', async () => {
  vi.useFakeTimers();
  const place = document.createElement('div');
  const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  act(() => render(h(Qr, { value: 'ton://transfer/UQ', label: 'Code' }), place));
  await vi.waitFor(() => expect(place.textContent).toBe('No connection'));
  network.away = false;
  await pass(1_000);
  await vi.waitFor(() => expect(place.querySelector('svg')).not.toBeNull());
  expect(place.textContent).toBe('');
  act(() => render(null, place));
});
