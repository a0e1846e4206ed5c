// From a payment that was just made to the wallet that signs it.
import { reportSubmitted } from '../api/remit';
import type { Payment } from '../api/types';
import { land } from '../router';
import { remember } from './payments';
import { askWallet } from './sign';

/** Shows the payment's own screen, and brings the wallet forward with it. */
export function begin(payment: Payment): void {
  remember(payment);
  land({ name: 'payment', id: payment.id });
  if (payment.transaction) void askWallet(payment.id, payment.transaction, (boc) => reportSubmitted(payment.id, boc).then(remember));
}
