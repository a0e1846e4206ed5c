import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { Outside } from './outside';
import { fakeService, refuses, says } from './service.fake';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('shows the way to the bot although the first try fails', async () => {
  vi.useFakeTimers();
  const service = fakeService({ '/v1/info': refuses(502, 'unavailable') });
  const place = document.createElement('div');
  const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  act(() => render(h(Outside, null), place));
  await pass(500);
  expect(place.textContent).toContain('Ask whoever sent you here');
  service.answers.set('/v1/info', says({ bot_username: 'remit_bot' }));
  await pass(1_000);
  expect(place.querySelector('a')?.href).toBe('https://t.me/remit_bot');
  act(() => render(null, place));
});
