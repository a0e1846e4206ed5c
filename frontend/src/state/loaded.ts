// Something fetched: on its way, here, or not to be had. Old data outlives a failed refresh, marked as stale.
import { signal, type ReadonlySignal } from '@preact/signals';
import { Problem } from '../api/client';
import { time } from './clock';

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
  /** Fetches again; resolves when the state has changed, never rejects. */
  refresh(): Promise<void>;
  /** Puts in what is known from elsewhere, such as the answer of a change. */
  set(value: T): void;
}

export function resource<T>(load: () => Promise<T>): Resource<T> {
  const state = signal<Loaded<T>>('loading');
  let latest = 0;

  async function refresh(): Promise<void> {
    const mine = (latest += 1);
    if (isFailed(state.peek())) state.value = 'loading';
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

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('unexpected', error instanceof Error ? error.message : '');
}
