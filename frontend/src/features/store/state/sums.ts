// Sums per asset and day, in whole smallest units. Pure: the clock and the money come from outside.
import type { Money } from '../../../base/money';

/** What came on one day in one asset; a day may have several, one for each currency its worth is known in. */
export interface Taking {
  /** `2026-11-23` */
  readonly day: string;
  readonly count: number;
  readonly money: Money;
}

export interface Day {
  /** Midnight at its beginning, by the device's own calendar, in milliseconds. */
  readonly start: number;
  readonly units: bigint;
  readonly count: number;
}

export interface Sum {
  readonly asset: string;
  readonly decimals: number;
  readonly units: bigint;
  readonly count: number;
  /** Oldest first, today last; days without money too. */
  readonly days: readonly Day[];
}

/** Midnights of the last `count` days, oldest first. Days are the calendar's: not all have 24 hours. */
export function lastDays(now: number, count: number): readonly number[] {
  const today = new Date(now);
  return Array.from({ length: count }, (_, i) => new Date(today.getFullYear(), today.getMonth(), today.getDate() - (count - 1 - i)).getTime());
}

const two = (n: number) => n.toString().padStart(2, '0');

/** The day of a moment by the device's calendar, `2026-11-23`. */
export function dateOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** How far the device's midnight is from that of UTC: `+03:00`. */
export function offsetOf(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** One sum for each of `assets`, then for any other that money came in. What is older than the days counts nowhere. */
export function sums(takings: readonly Taking[], starts: readonly number[], assets: readonly { asset: string; decimals: number }[]): readonly Sum[] {
  const known = new Map(assets.map((a) => [a.asset, a.decimals]));
  for (const { money } of takings) if (!known.has(money.asset)) known.set(money.asset, money.decimals);
  return [...known].map(([asset, decimals]) => {
    const own = takings.filter((taking) => taking.money.asset === asset);
    const days = starts.map((start, i) => {
      const date = dateOf(start);
      // A device's clock may be slow: what came just now belongs to today.
      const last = i === starts.length - 1;
      return added(start, own.filter(({ day }) => day === date || (last && day > date)));
    });
    const units = days.reduce((sum, day) => sum + day.units, 0n);
    return { asset, decimals, units, count: days.reduce((sum, day) => sum + day.count, 0), days };
  });
}

function added(start: number, takings: readonly Taking[]): Day {
  return {
    start,
    units: takings.reduce((sum, { money }) => sum + BigInt(money.units), 0n),
    count: takings.reduce((sum, { count }) => sum + count, 0),
  };
}
