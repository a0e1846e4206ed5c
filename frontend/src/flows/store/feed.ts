// The store's feed, followed while one of its screens is open: whatever happens there makes the screen look again.
import { signal as signalOf } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isAbort, pause, Problem } from '../../api/client';
import { asProblem, isHere } from '../../api/loaded';
import { awake, isSignIn, patience } from '../../api/remit';
import { getMerchant, listEvents } from '../../api/store';
import { stores } from '../session';

/** Seconds a poll may hang. */
const WAIT = 25;
const AGAIN_MS = 4_000;

/** The last event known of each store. */
const heard = new Map<string, number>();

/** Why news of the store on the screen are late, while they are. */
export const late = signalOf<Problem | null>(null);

/** Calls `news` with the types of what has happened since the screen was opened. */
export function useNews(store: string, news: (types: readonly string[]) => void): void {
  const latest = useRef(news);
  latest.current = news;
  useEffect(() => {
    const stop = new AbortController();
    void follow(store, stop.signal, (types) => latest.current(types));
    return () => stop.abort();
  }, [store]);
}

async function follow(store: string, signal: AbortSignal, news: (types: readonly string[]) => void): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      // The first good answer says that news are there again, so it must not wait for any.
      const behind = failures > 0 || late.peek() !== null;
      if (!(await listen(store, signal, news, behind ? 0 : WAIT))) continue;
      // What the screen asked for meanwhile may have failed as well.
      if (failures > 0 && !signal.aborted) news([]);
      failures = 0;
      late.value = null;
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      const problem = asProblem(error);
      // Whatever it is, the screen says so; it is never left looking as if it were alive.
      late.value = isSignIn(problem) ? null : problem;
      if (problem.status === 403 && (await isGone(store))) return;
      // The service knows nothing of where we stood: from its newest event on, after a look at everything.
      if (problem.status === 400 || problem.status === 404 || problem.status === 409) heard.delete(store);
      await pause(patience(problem, failures), signal).catch(() => undefined);
      failures += 1;
    }
  }
}

/** One look, or one wait for news. Whether there was an answer. */
async function listen(store: string, signal: AbortSignal, news: (types: readonly string[]) => void, wait: number): Promise<boolean> {
  const known = heard.get(store) ?? (await getMerchant(store)).last_seq;
  if (!heard.has(store)) {
    heard.set(store, known);
    if (signal.aborted) return false;
    // What came between the screen's own look and this one.
    news([]);
  }
  const asked = performance.now();
  const page = await awake(signal, (stop) => listEvents(store, known, wait, stop));
  if (page === null) return false;
  const last = page.data[page.data.length - 1];
  if (last) heard.set(store, Math.max(last.seq, known));
  const types = page.data.map((event) => event.type);
  // Perhaps the person at this screen has become something else to the store.
  if (types.some((type) => type.startsWith('member.'))) void stores.refresh();
  if (types.length > 0 && !signal.aborted) news(types);
  // A service that cannot let us wait answers at once.
  else if (wait > 0 && performance.now() - asked < 1_000) await pause(AGAIN_MS, signal);
  return true;
}

/** Whether this person has been removed from the store: then the list of stores knows, and the screen gives way. */
async function isGone(store: string): Promise<boolean> {
  await stores.refresh();
  const state = stores.state.peek();
  return isHere(state) && state.stale === null && !state.ok.data.some(({ id }) => id === store);
}
