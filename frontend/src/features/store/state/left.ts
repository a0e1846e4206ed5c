// What of a payment can still go back. Refunds that came to nothing have taken nothing.
import { unitsOf, type Money } from '../../../base/money';
import type { RefundBrief } from '../types';

export function leftOf(received: Money, refunds: readonly Pick<RefundBrief, 'status' | 'money' | 'sent'>[]): bigint {
  const taken = refunds.reduce((sum, refund) => sum + takenBy(refund), 0n);
  const left = unitsOf(received) - taken;
  return left > 0n ? left : 0n;
}

/** Signed twice, a refund has taken more than was meant. */
function takenBy({ status, money, sent }: Pick<RefundBrief, 'status' | 'money' | 'sent'>): bigint {
  const [meant, gone] = [unitsOf(money), unitsOf(sent)];
  if (status === 'failed' || status === 'canceled') return gone;
  return gone > meant ? gone : meant;
}
