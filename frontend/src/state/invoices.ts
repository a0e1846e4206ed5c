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
