// A long list, read a page at a time.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import type { Page } from '../api/types';
import { asProblem } from './loaded';

interface Read<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly busy: boolean;
  readonly problem: Problem | null;
}

export interface Pages<T> extends Read<T> {
  readonly next: () => void;
  /** Reads the first page again and puts what is new into place; older pages stay. */
  readonly refresh: () => void;
}

/** `load` gets the last item known, or undefined for the first page. */
export function usePages<T>(load: (last: T | undefined) => Promise<Page<T>>, keyOf: (item: T) => string): Pages<T> {
  const [read, setRead] = useState<Read<T>>({ items: [], more: true, busy: true, problem: null });
  const take = async (last: T | undefined) => {
    setRead((r) => ({ ...r, busy: true, problem: null }));
    try {
      const page = await load(last);
      setRead((r) => ({ items: [...r.items, ...page.data], more: page.has_more, busy: false, problem: null }));
    } catch (error) {
      setRead((r) => ({ ...r, busy: false, problem: asProblem(error) }));
    }
  };
  const refresh = async () => {
    const page = await load(undefined).catch(() => null);
    if (page) setRead((r) => (r.busy ? r : { ...r, ...merged(page, r, keyOf) }));
  };
  useEffect(() => void take(undefined), []);
  return { ...read, next: () => void take(read.items[read.items.length - 1]), refresh: () => void refresh() };
}

/** A newly read first page before what was known behind it; alone, when it does not reach back that far. */
export function merged<T>(page: Page<T>, known: Pick<Read<T>, 'items' | 'more'>, keyOf: (item: T) => string): Pick<Read<T>, 'items' | 'more'> {
  const fresh = new Set(page.data.map(keyOf));
  const last = known.items.reduce((found, item, i) => (fresh.has(keyOf(item)) ? i : found), -1);
  if (last < 0 || !page.has_more) return { items: page.data, more: page.has_more };
  const rest = known.items.slice(last + 1);
  return { items: [...page.data, ...rest], more: rest.length > 0 ? known.more : page.has_more };
}
