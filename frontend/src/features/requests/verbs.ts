// What only these screens ask of the service.
import { at, call } from '../../api/remit';
import type { Schemas } from '../../api/schema';
import type { Payment, Request } from '../../api/types';

export const createRequest = (body: Schemas['NewRequestBody'], idempotencyKey: string) =>
  call<Request>('POST', '/v1/requests', { body, idempotencyKey });
export const closeRequest = (id: string) => call<Request>('POST', at('/v1/requests', id, '/close'));
export const getRequest = (id: string) => call<Request>('GET', at('/v1/public/requests', id), { auth: 'optional' });
export const payRequest = (id: string, amount: string | undefined, idempotencyKey: string) =>
  call<Payment>('POST', at('/v1/requests', id, '/pay'), { body: amount === undefined ? {} : { amount }, idempotencyKey });
