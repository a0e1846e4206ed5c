// Sums per asset and day, in whole smallest units. Pure: the clock and the money come from outside.
import type { Money } from '../../money';

/** Money that came, and when. */
export interface Taking {
  readonly at: string;
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

/** One sum for each of `assets`, then for any other that money came in. Money outside the days counts nowhere. */
export function sums(takings: readonly Taking[], starts: readonly number[], now: number, assets: readonly { asset: string; decimals: number }[]): readonly Sum[] {
  const known = new Map(assets.map((a) => [a.asset, a.decimals]));
  for (const { money } of takings) if (!known.has(money.asset)) known.set(money.asset, money.decimals);
  return [...known].map(([asset, decimals]) => {
    const days = starts.map((start) => ({ start, units: 0n, count: 0 }));
    for (const taking of takings) {
      const day = taking.money.asset === asset ? dayOf(Date.parse(taking.at), starts, now) : -1;
      const into = days[day];
      if (!into) continue;
      into.units += BigInt(taking.money.units);
      into.count += 1;
    }
    const total = days.reduce((sum, day) => ({ units: sum.units + day.units, count: sum.count + day.count }), { units: 0n, count: 0 });
    return { asset, decimals, ...total, days };
  });
}

/** A device's clock may be slow: what came just now belongs to today. */
function dayOf(at: number, starts: readonly number[], now: number): number {
  const first = starts[0];
  if (first === undefined || at < first) return -1;
  const capped = Math.min(at, now);
  return starts.reduce((found, start, i) => (start <= capped ? i : found), -1);
}
