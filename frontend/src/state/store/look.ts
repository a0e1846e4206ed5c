// Something of a store's: fetched when its screen opens, and again whenever the store's feed moves.
import { useEffect, useMemo } from 'preact/hooks';
import { isHere, resource, type Resource } from '../loaded';
import { useNews } from './feed';

/** Between tries of a look that has failed: the news that called for it comes only once. */
const AGAIN_MS = 4_000;

export function useLive<T>(store: string, load: () => Promise<T>): Resource<T> {
  const live = useOnce(load);
  useNews(store, () => void live.refresh());
  const state = live.state.value;
  useEffect(() => {
    if (!isHere(state) || !state.stale) return undefined;
    const timer = setTimeout(() => void live.refresh(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return live;
}

export function useOnce<T>(load: () => Promise<T>): Resource<T> {
  const once = useMemo(() => resource(load), []);
  useEffect(() => void once.refresh(), [once]);
  return once;
}
