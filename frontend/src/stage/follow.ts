// Staying up to date: a long poll that never gives up, and the world's event stream.

const PATIENCE_MS = [300, 1000, 3000] as const;

/**
 * Calls `read` for ever, handing each answer to `seen`. After a failure the next read starts afresh (`after` is null),
 * since a world that went away may come back with other numbers. Returns the way to stop.
 */
export function follow<T>(
  read: (after: number | null, signal: AbortSignal) => Promise<T>,
  seen: (value: T) => number,
  away: (isAway: boolean) => void = () => {},
): () => void {
  const stop = new AbortController();
  void (async () => {
    let after: number | null = null;
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        after = seen(await read(after, stop.signal));
        failures = 0;
        away(false);
      } catch {
        if (stop.signal.aborted) return;
        after = null;
        away(true);
        await pause(PATIENCE_MS[Math.min(failures, PATIENCE_MS.length - 1)] ?? 1000);
        failures += 1;
      }
    }
  })();
  return () => stop.abort();
}

/**
 * Listens to a server-sent stream whose frames are JSON with a running number `n`; reconnects after the last one seen.
 * Returns the way to stop.
 */
export function listen<T extends { readonly n: number }>(
  path: (after: number) => string,
  kinds: readonly string[],
  seen: (value: T) => void,
  away: (isAway: boolean) => void,
): () => void {
  let last = 0;
  let source: EventSource | null = null;
  let stopped = false;
  const connect = () => {
    if (stopped) return;
    source = new EventSource(path(last));
    const take = (event: MessageEvent<string>) => {
      const value = JSON.parse(event.data) as T;
      if (value.n <= last) return;
      last = value.n;
      seen(value);
    };
    for (const kind of kinds) source.addEventListener(kind, take);
    source.onopen = () => away(false);
    source.onerror = () => {
      source?.close();
      away(true);
      void pause(PATIENCE_MS[1]).then(connect);
    };
  };
  connect();
  return () => {
    stopped = true;
    source?.close();
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
