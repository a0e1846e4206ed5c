// Something of a store's: fetched when its screen opens, and again whenever the store's feed moves.
import { useEffect, useMemo } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { resource, type Resource } from '../../api/loaded';
import { useNews } from './feed';

export function useLive<T>(store: string, load: () => Promise<T>): Resource<T> {
  const live = useOnce(load);
  useNews(store, () => void live.refresh());
  useAgain(live);
  return live;
}

export function useOnce<T>(load: () => Promise<T>): Resource<T> {
  const once = useMemo(() => resource(load), []);
  useEffect(() => void once.refresh(), [once]);
  return once;
}
