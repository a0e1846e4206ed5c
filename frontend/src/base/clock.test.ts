import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heard, now, time, until, whenInDoubt } from './clock';

const NOON = Date.parse('2026-11-23T12:00:00.000Z');
const date = (at: number) => new Date(at).toUTCString();
const DAY = 86_400_000;

describe('the time of the service', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const look = () => now.subscribe(() => undefined);

  it('is unknown until it has spoken, and then nothing is over', () => {
    vi.setSystemTime(NOON + DAY);
    expect(until(new Date(NOON).toISOString())).toBe(Infinity);
  });

  it.each([0, 16 * 60_000, DAY, -DAY])('is not that of a device that is %d ms off', (off) => {
    vi.setSystemTime(NOON + off);
    const stop = look();
    heard(date(NOON));
    const end = new Date(NOON + 900_000).toISOString();
    expect(until(end)).toBe(900_000);
    vi.advanceTimersByTime(60_000);
    expect(until(end)).toBe(840_000);
    expect(time()).toBe(NOON + 60_000);
    stop();
    // The next case begins at noon again, which is further back than any answer is late.
    vi.advanceTimersByTime(60_000);
  });

  it('goes on as before when the device is set anew in the middle, and asks to be sure', () => {
    vi.setSystemTime(NOON);
    let asked = 0;
    whenInDoubt(() => (asked += 1));
    heard(date(NOON));
    const stop = look();
    const end = new Date(NOON + 900_000).toISOString();
    vi.advanceTimersByTime(10_000);
    expect([until(end), asked]).toEqual([890_000, 0]);
    vi.setSystemTime(NOON + DAY);
    vi.advanceTimersByTime(1_000);
    expect([until(end), asked]).toEqual([889_000, 1]);
    stop();
  });

  it('is what a later answer says, after a sleep in which no time was counted', () => {
    heard(date(NOON + 2 * DAY));
    expect(until(new Date(NOON + 2 * DAY + 5_000).toISOString())).toBe(5_000);
    heard(date(NOON + 2 * DAY + 3_600_000));
    expect(until(new Date(NOON + 2 * DAY + 5_000).toISOString())).toBeLessThan(0);
  });

  it('does not jump back for an answer that was long on its way, nor for none', () => {
    heard(date(NOON + 3 * DAY));
    heard(date(NOON + 3 * DAY - 9_000));
    heard(null);
    heard('yesterday');
    expect(time()).toBeGreaterThanOrEqual(NOON + 3 * DAY);
    expect(time()).toBeLessThan(NOON + 3 * DAY + 5_000);
  });

  it('is its own word, to the millisecond, whatever a proxy has made of the Date', () => {
    const own = (at: number) => new Date(at).toISOString();
    const noon = NOON + 4 * DAY;
    heard(date(noon + 600_000));
    heard(date(noon + 600_000), own(noon + 123));
    expect(time()).toBe(noon + 123);
    heard(date(noon - 600_000), own(noon + 456));
    expect(time()).toBe(noon + 456);
  });

  it('is not that of a proxy that answers for it, once it has spoken itself', () => {
    const noon = NOON + 5 * DAY;
    heard(date(noon + 600_000), new Date(noon).toISOString());
    heard(date(noon + 600_000));
    heard(date(noon + 600_000), 'soon');
    expect(time()).toBe(noon);
  });
});
