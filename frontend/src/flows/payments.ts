// Payments being watched: what is known of each, kept fresh by long-poll while a screen looks at it.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { asProblem, isHere, resource, type Resource } from '../api/loaded';
import { followPayment, getPayment } from '../api/remit';
import type { Payment, PaymentStatus } from '../api/types';
import { telegram } from '../base/telegram';
import { refreshLedger } from './session';

const known = new Map<string, Resource<Payment>>();

function paymentOf(id: string): Resource<Payment> {
  const payment = known.get(id) ?? resource(() => getPayment(id));
  known.set(id, payment);
  return payment;
}

/** Takes what an answer already told, so that the next screen need not ask again. */
export function remember(payment: Payment): Payment {
  paymentOf(payment.id).set(payment);
  return payment;
}

export interface Watched {
  readonly payment: Resource<Payment>;
  /** Why news are late, while they are. */
  readonly trouble: Problem | null;
}

export function useWatchedPayment(id: string): Watched {
  const payment = useMemo(() => paymentOf(id), [id]);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const here = isHere(payment.state.value);
  useEffect(() => {
    if (!isHere(payment.state.peek())) void payment.refresh();
  }, [payment]);
  // Also once it is here at last, after somebody has tried again.
  useEffect(() => {
    const stop = new AbortController();
    if (here) void watch(payment, stop.signal, setTrouble);
    return () => stop.abort();
  }, [payment, here]);
  return { payment, trouble };
}

async function watch(payment: Resource<Payment>, signal: AbortSignal, trouble: (problem: Problem | null) => void): Promise<void> {
  const state = payment.state.peek();
  if (!isHere(state)) return;
  const seen = (next: Payment) => {
    const before = payment.state.peek();
    if (isHere(before) && before.ok.status !== next.status) arrived(next.status);
    payment.set(next);
  };
  try {
    await followPayment(state.ok, { signal, seen, trouble });
  } catch (error) {
    trouble(asProblem(error));
  }
}

function arrived(status: PaymentStatus): void {
  if (status === 'final') telegram?.haptic('success');
  refreshLedger();
}

/** Made, but not given to the network as far as anybody has told us. */
export function isUnsigned(payment: Payment): boolean {
  return payment.direction === 'out' && payment.status === 'created';
}
