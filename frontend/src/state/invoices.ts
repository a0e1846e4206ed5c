// An invoice being looked at: fetched once, then followed by long-poll for as long as it can change.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { followInvoice, getInvoice } from '../api/remit';
import type { PublicInvoice } from '../api/types';
import { asProblem, isHere, resource, type Resource } from './loaded';

export interface WatchedInvoice {
  readonly invoice: Resource<PublicInvoice>;
  readonly trouble: Problem | null;
}

export function useWatchedInvoice(id: string, changed: (invoice: PublicInvoice) => void): WatchedInvoice {
  const invoice = useMemo(() => resource(() => getInvoice(id)), [id]);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const here = isHere(invoice.state.value);
  useEffect(() => void invoice.refresh(), [invoice]);
  useEffect(() => {
    const state = invoice.state.peek();
    if (!isHere(state)) return undefined;
    const stop = new AbortController();
    const seen = (next: PublicInvoice) => {
      const before = invoice.state.peek();
      invoice.set(next);
      if (isHere(before) && before.ok.status !== next.status) changed(next);
    };
    followInvoice(state.ok, { signal: stop.signal, seen, trouble: setTrouble }).catch((error: unknown) => setTrouble(asProblem(error)));
    return () => stop.abort();
  }, [invoice, here]);
  return { invoice, trouble };
}

/** Whether money for it is still welcome. */
export function isPayable(invoice: PublicInvoice): boolean {
  return invoice.status === 'open';
}

/** What is still to be paid: all of it, or the rest after a part has arrived. */
export function due(invoice: PublicInvoice): PublicInvoice['money'] {
  return invoice.exception === 'underpaid' ? invoice.remaining : invoice.money;
}

/** Whether it must be paid in Stars here: digital goods inside Telegram, which the service shows without an address. */
export function isStarsOnly(invoice: PublicInvoice): boolean {
  return invoice.address === null;
}

/** Whether Stars have come for it. */
export function isStarred(invoice: PublicInvoice): boolean {
  return invoice.stars !== null && invoice.stars.received.units !== '0';
}

/** What it costs whoever looks at it here, or what they have paid; null when it cannot be paid here. */
export function price(invoice: PublicInvoice): PublicInvoice['money'] | null {
  if (isStarsOnly(invoice)) return invoice.stars?.price ?? null;
  return isStarred(invoice) && invoice.received.units === '0' ? (invoice.stars?.price ?? null) : invoice.money;
}

/** Everything that came, on the chain and in Stars. */
export function received(invoice: PublicInvoice): readonly PublicInvoice['money'][] {
  const stars = invoice.stars && isStarred(invoice) ? [invoice.stars.received] : [];
  return invoice.received.units === '0' && stars.length > 0 ? stars : [invoice.received, ...stars];
}
