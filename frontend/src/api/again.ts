// Looking again by itself after a look that has failed: the news that called for it come only once.
import { useEffect, useRef } from 'preact/hooks';
import { isFailed, troubleOf, type Resource } from './loaded';
import { isRefusal, patience } from './remit';

/** With growing pauses, and without a word: what shows says already that it could not be had. */
export function useAgain(look: Resource<unknown> | null): void {
  const state = look?.state.value;
  const failures = useRef(0);
  useEffect(() => {
    const why = look && troubleOf(look);
    if (!look || !why) {
      failures.current = 0;
      return undefined;
    }
    // What is not there will not be there in a moment either.
    if (state && isFailed(state) && isRefusal(why)) return undefined;
    const timer = setTimeout(() => void look.refresh('quietly'), patience(why, failures.current));
    failures.current += 1;
    return () => clearTimeout(timer);
  }, [look, state]);
}
