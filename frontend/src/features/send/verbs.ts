// What only these screens ask of the service, and what they call its answers.
import { at, call } from '../../api/remit';
import type { Schemas } from '../../api/schema';
import type { Payment, Recipient } from '../../api/types';

export type RecipientWarning = Recipient['warnings'][number];

export const findRecipient = (q: string, signal?: AbortSignal) => call<Recipient>('GET', '/v1/recipients', { query: { q }, signal });
export const createPayment = (body: Schemas['NewPayment'], idempotencyKey: string) =>
  call<Payment>('POST', '/v1/payments', { body, idempotencyKey });
export const cancelPayment = (id: string) => call<Payment>('POST', at('/v1/payments', id, '/cancel'));
