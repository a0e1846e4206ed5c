// Something fetched: on its way, here, or not to be had. Old data outlives a failed refresh, marked as stale.
import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { time } from '../base/clock';
import { Problem } from './client';
import { insist } from './remit';

export interface Here<T> {
  readonly ok: T;
  /** When it was fetched, in milliseconds. */
  readonly at: number;
  /** Why the last refresh failed, if it did. */
  readonly stale: Problem | null;
}

export interface Failed {
  readonly problem: Problem;
}

export type Loaded<T> = 'loading' | Here<T> | Failed;

export interface Resource<T> {
  readonly state: ReadonlySignal<Loaded<T>>;
  /** Fetches again; resolves when the state has changed, never rejects. Quietly, a failure shows until there is something better. */
  refresh(how?: 'quietly'): Promise<void>;
  /** Puts in what is known from elsewhere, such as the answer of a change. */
  set(value: T): void;
}

export function resource<T>(load: () => Promise<T>): Resource<T> {
  const state = signal<Loaded<T>>('loading');
  let latest = 0;

  async function refresh(how?: 'quietly'): Promise<void> {
    const mine = (latest += 1);
    if (!how && isFailed(state.peek())) state.value = 'loading';
    try {
      const ok = await load();
      if (mine === latest) set(ok);
    } catch (error) {
      const problem = asProblem(error);
      const before = state.peek();
      if (mine === latest) state.value = isHere(before) ? { ...before, stale: problem } : { problem };
    }
  }

  function set(ok: T): void {
    latest += 1;
    state.value = { ok, at: time(), stale: null };
  }

  return { state, refresh, set };
}

export function isHere<T>(state: Loaded<T>): state is Here<T> {
  return typeof state === 'object' && 'ok' in state;
}

export function isFailed<T>(state: Loaded<T>): state is Failed {
  return typeof state === 'object' && 'problem' in state;
}

/** Why the last look at it has failed, if it has. */
export function troubleOf({ state: { value: state } }: Resource<unknown>): Problem | null {
  return isFailed(state) ? state.problem : isHere(state) ? state.stale : null;
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('unexpected', error instanceof Error ? error.message : '');
}

export interface Wanted<T> {
  readonly ok: T | null;
  /** Why it is not here yet. */
  readonly trouble: Problem | null;
}

/** Fetched once, and until it is here: for what a screen cannot do without. */
export function useUntilHere<T>(load: () => Promise<T>): Wanted<T> {
  const [state, set] = useState<Wanted<T>>({ ok: null, trouble: null });
  useEffect(() => {
    const stop = new AbortController();
    void insist(load, { signal: stop.signal, seen: (ok) => set({ ok, trouble: null }), trouble: (trouble) => set({ ok: null, trouble }) });
    return () => stop.abort();
  }, []);
  return state;
}

/** Code that arrives when first needed: when it does not, that is a network failure like any other. */
export function arriving<T>(code: Promise<T>): Promise<T> {
  return code.catch(() => {
    throw new Problem('offline', '');
  });
}
