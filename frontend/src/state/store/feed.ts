// The store's feed, followed while one of its screens is open: whatever happens there makes the screen look again.
import { useEffect, useRef } from 'preact/hooks';
import { isAbort, pause, Problem } from '../../api/client';
import { getMerchant, listEvents } from '../../api/store';
import { stores } from '../session';

/** Seconds a poll may hang. */
const WAIT = 25;
const AGAIN_MS = 4_000;

/** The last event known of each store. */
const heard = new Map<string, number>();

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
  while (!signal.aborted) {
    try {
      const known = heard.get(store);
      if (known === undefined) {
        heard.set(store, (await getMerchant(store)).last_seq);
        // What came between the screen's own look and this one.
        if (!signal.aborted) news([]);
        continue;
      }
      const asked = Date.now();
      const { data } = await listEvents(store, known, WAIT, signal);
      const last = data[data.length - 1];
      if (last) heard.set(store, Math.max(last.seq, known));
      const types = data.map((event) => event.type);
      // Perhaps the person at this screen has become something else to the store.
      if (types.some((type) => type.startsWith('member.'))) void stores.refresh();
      if (types.length > 0 && !signal.aborted) news(types);
      // A service that cannot let us wait answers at once.
      else if (Date.now() - asked < 1_000) await pause(AGAIN_MS, signal);
    } catch (error) {
      if (isAbort(error)) return;
      if (error instanceof Problem && error.slug === 'unknown-position') {
        // The service was restored from an older copy: begin with what it knows now, and look at everything again.
        heard.delete(store);
        continue;
      }
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) {
        // Removed from the store: the list of stores knows, and the screen gives way.
        void stores.refresh();
        return;
      }
      await pause(AGAIN_MS, signal).catch(() => undefined);
    }
  }
}
