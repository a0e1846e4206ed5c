// What the stage and its phones say to each other across their frames.

import type { Scheme } from './scheme';

export type ToPhone =
  | { readonly remit: 'scheme'; readonly scheme: Scheme }
  /** Somebody handed this person a link to the Mini App. */
  | { readonly remit: 'open'; readonly startapp: string }
  /** A page of the service, for the phone's browser. */
  | { readonly remit: 'visit'; readonly url: string };

export type ToStage =
  | { readonly remit: 'haptic'; readonly strength: 'light' | 'strong' }
  | { readonly remit: 'hand'; readonly person: string; readonly startapp: string };

export function tell(window: Window | null | undefined, origin: string, word: ToPhone | ToStage): void {
  window?.postMessage(word, origin);
}

/** Hears only what `from` vouches for, since any page may post to any other. Returns the way to stop. */
export function hear<T extends ToPhone | ToStage>(
  from: (event: MessageEvent) => boolean,
  heard: (word: T) => void,
): () => void {
  const listener = (event: MessageEvent<unknown>) => {
    const word = event.data;
    if (typeof word === 'object' && word !== null && 'remit' in word && from(event)) heard(word as T);
  };
  addEventListener('message', listener);
  return () => removeEventListener('message', listener);
}
