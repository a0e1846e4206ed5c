// A list that is read a page at a time: a word while it may be old, why there is no more of it, and the way on.
import type { ComponentChildren } from 'preact';
import type { Pages } from '../api/pages';
import { text } from '../base/text';
import { Button } from './action';
import { Failure, Stale } from './notice';

export function Paged<T>({ of: { items, more, busy, problem, stale, at, next, refresh }, children }: { of: Pages<T>; children: ComponentChildren }) {
  return (
    <>
      {stale && <Stale at={at} retry={refresh} />}
      {children}
      {problem && <Failure problem={problem} retry={next} />}
      {items.length > 0 && more && !problem && <Button kind="soft" action={{ label: text.value.common.more, run: next, busy }} />}
    </>
  );
}
