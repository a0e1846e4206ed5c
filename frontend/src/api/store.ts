// How the service is asked about a store: each call says for which, and the role decides the answer. What only its screens ask stands with them.
import type { Method, CallOptions } from './client';
import { call } from './remit';
import type { Merchant, Page, StoreEvent } from './types';

export const ask = <T>(account: string, method: Method, path: string, options: CallOptions = {}) => call<T>(method, path, { ...options, account });

export const getMerchant = (store: string) => ask<Merchant>(store, 'GET', '/v1/merchant');
export const listEvents = (store: string, after: number, wait: number, signal: AbortSignal) =>
  ask<Page<StoreEvent>>(store, 'GET', '/v1/events', { query: { after }, wait, signal });
