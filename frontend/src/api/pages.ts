// A long list, read a page at a time.
import { useEffect, useRef, useState } from 'preact/hooks';
import { time } from '../base/clock';
import type { Problem } from './client';
import { asProblem } from './loaded';
import { patience } from './remit';
import type { Page } from './types';

interface Read<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly busy: boolean;
  /** Why there is nothing, or no more. */
  readonly problem: Problem | null;
  /** Why what is new may be missing, while it may; and when it was not, in milliseconds. */
  readonly stale: Problem | null;
  readonly at: number;
}

export interface Pages<T> extends Read<T> {
  readonly next: () => void;
  /** Reads the first page again, until it can be read, and puts what is new into place; older pages stay. */
  readonly refresh: () => void;
}

/** `load` gets the last item known, or undefined for the first page. */
export function usePages<T>(load: (last: T | undefined) => Promise<Page<T>>, keyOf: (item: T) => string): Pages<T> {
  const [read, setRead] = useState<Read<T>>({ items: [], more: true, busy: true, problem: null, stale: null, at: 0 });
  /** The first page: how often it was asked for, the latest of these that was answered, and its next try. */
  const first = useRef({ asked: 0, answered: 0, failures: 0, again: undefined as ReturnType<typeof setTimeout> | undefined }).current;
  const refresh = async () => {
    clearTimeout(first.again);
    const mine = (first.asked += 1);
    try {
      const page = await load(undefined);
      if (mine < first.answered) return;
      first.answered = mine;
      first.failures = 0;
      setRead((r) => {
        const under = r.items.length > 0 ? r : { ...r, busy: false, problem: null };
        return { ...under, ...merged(page, r, keyOf), at: time(), stale: mine === first.asked ? null : r.stale };
      });
    } catch (error) {
      // A later one is on its way, or nobody looks any more.
      if (mine !== first.asked) return;
      const problem = asProblem(error);
      setRead((r) => (first.answered > 0 ? { ...r, stale: problem } : { ...r, busy: false, problem }));
      first.again = setTimeout(() => void refresh(), patience(problem, first.failures));
      first.failures += 1;
    }
  };
  const next = async () => {
    const last = read.items[read.items.length - 1];
    setRead((r) => ({ ...r, busy: true, problem: null }));
    if (last === undefined) return refresh();
    try {
      const page = await load(last);
      setRead((r) => ({ ...r, ...continued(page, last, r, keyOf), busy: false }));
    } catch (error) {
      setRead((r) => ({ ...r, busy: false, problem: asProblem(error) }));
    }
  };
  useEffect(() => {
    void refresh();
    return () => {
      clearTimeout(first.again);
      first.asked += 1;
    };
  }, []);
  return { ...read, next: () => void next(), refresh: () => void refresh() };
}

type Known<T> = Pick<Read<T>, 'items' | 'more'>;

/** What is known with the page behind `last`; as it was, when so much is new by now that this page belongs elsewhere. */
function continued<T>(page: Page<T>, last: T, { items, more }: Known<T>, keyOf: (item: T) => string): Known<T> {
  const end = items[items.length - 1];
  return end !== undefined && keyOf(end) === keyOf(last) ? { items: [...items, ...page.data], more: page.has_more } : { items, more };
}

/** A newly read first page before what was known behind it; alone, when it does not reach back that far. */
export function merged<T>(page: Page<T>, known: Known<T>, keyOf: (item: T) => string): Known<T> {
  const fresh = new Set(page.data.map(keyOf));
  const last = known.items.reduce((found, item, i) => (fresh.has(keyOf(item)) ? i : found), -1);
  if (last < 0 || !page.has_more) return { items: page.data, more: page.has_more };
  const rest = known.items.slice(last + 1);
  return { items: [...page.data, ...rest], more: rest.length > 0 ? known.more : page.has_more };
}
