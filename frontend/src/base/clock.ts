// The service's time, once a second, for as long as somebody looks. A device's clock is wrong at times, and may be set
// anew in the middle, so no deadline is judged by it: only by what the service says, and by how long ago it said so.
import { signal } from '@preact/signals';

/** An answer may have been on its way for this long; only a longer way back means that the service's clock was moved. */
const LATE_MS = 30_000;
/** Device clock and running time go apart by this much only when the one was set or the other slept. */
const APART_MS = 2_000;

/** The service's time at the running time zero. Null until it has spoken. */
let zero: number | null = null;
/** Whether it has said so in its own words. */
let spoken = false;
let ask: () => void = () => undefined;
let timer: ReturnType<typeof setInterval> | undefined;

/** The service's time in milliseconds since the epoch; null until it has spoken. */
export const now = signal<number | null>(null, {
  watched() {
    tick();
    let apart = Date.now() - performance.now();
    timer = setInterval(() => {
      const next = Date.now() - performance.now();
      if (Math.abs(next - apart) > APART_MS) ask();
      apart = next;
      tick();
    }, 1_000);
  },
  unwatched: () => clearInterval(timer),
});

/** How often this page was looked at again, perhaps after a sleep in which no time was counted, or has become known as somebody's. */
export const wakes = signal(0);

function tick(): void {
  now.value = zero === null ? null : zero + performance.now();
}

/**
 * Takes the time of an answer: the service's own word, or its `Date`, in which a proxy may have put its own time, so only
 * until the service has spoken itself. It is some way old, so the latest it can mean counts.
 */
export function heard(date: string | null, own: string | null = null): void {
  if (spoken && own === null) return;
  const at = Date.parse(own ?? date ?? '') - performance.now();
  if (Number.isNaN(at)) return;
  const known = own !== null && !spoken ? null : zero;
  spoken ||= own !== null;
  if (known !== null && at <= known && at > known - LATE_MS) return;
  zero = at;
  tick();
}

/** What to do when the running time may have stood still: ask the service for its own. */
export function whenInDoubt(doubt: () => void): void {
  ask = doubt;
  const awake = () => {
    if (document.hidden) return;
    wakes.value += 1;
    ask();
  };
  document.addEventListener('visibilitychange', awake);
  addEventListener('pageshow', (event) => event.persisted && awake());
}

/** The best that is known, for names of days and the like. */
export function time(): number {
  return zero === null ? Date.now() : zero + performance.now();
}

/** Milliseconds until a moment of the service's; without end as long as its time is not known. */
export function until(moment: string): number {
  return now.value === null ? Infinity : Date.parse(moment) - now.value;
}
