// Times for reading, in the person's own time zone.
import type { Text } from './en';

const DAY_MS = 86_400_000;

export function clockTime(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(iso));
}

export function dayAndTime(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(iso));
}

export function day(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso));
}

/** `Today`, `Yesterday`, then the date; the year only when it is not this one. */
export function dayName(iso: string, now: number, language: string, t: Text): string {
  const date = new Date(iso);
  const days = Math.round((midnight(now) - midnight(date.getTime())) / DAY_MS);
  if (days <= 0) return t.common.today;
  if (days === 1) return t.common.yesterday;
  const thisYear = date.getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'long', ...(thisYear ? {} : { year: 'numeric' }) }).format(date);
}

/** `4:05`, or `1:04:05` from an hour up; never below zero. */
export function countdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (n: number) => n.toString().padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/**
 * Seconds from the first of some moments to each, with one decimal: `3.1`. Never falling: some moments are ours and
 * some the chain's, whose clock counts whole seconds.
 */
export function elapsed(moments: readonly (string | null)[]): (string | null)[] {
  let first: number | null = null;
  let latest = 0;
  return moments.map((moment) => {
    if (moment === null) return null;
    const at = Date.parse(moment);
    first ??= at;
    latest = Math.max(latest, at - first);
    return (latest / 1000).toFixed(1);
  });
}

function midnight(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
