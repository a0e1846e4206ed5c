// What only a store's screens ask of the service.
import { at, call } from '../../api/remit';
import { ask } from '../../api/store';
import type { Page, Role, Store } from '../../api/types';
import type {
  ApiKey, Deed, Delivery, Endpoint, Invoice, ListedChange, MadeEndpoint, MadeInvitation, MadeKey, Members, NewEndpoint, NewInvoice, NewKey,
  NewRefund, Offer, Rates, Refund, RefundMessage, RefundStatus, ReportSummary, RightsChange, TimelineEntry, Unmatched, UnmatchedDetail,
  UnmatchedStatus,
} from './types';

/** One page of a list: everything after the item with this id. */
export interface Cut {
  readonly limit?: number;
  readonly starting_after?: string | undefined;
}

const page = <T>(account: string, path: string, query: Cut & Readonly<Record<string, string | number | undefined>>) =>
  ask<Page<T>>(account, 'GET', path, { query });

export const openStore = (name: string, wallet: string, idempotencyKey: string) =>
  call<Store>('POST', '/v1/merchants', { body: { name, wallet }, idempotencyKey });
export const lookAtInvitation = (token: string) => call<Offer>('POST', '/v1/invitations/look', { body: { token } });
export const acceptInvitation = (token: string) => call<Store>('POST', '/v1/invitations/accept', { body: { token } });
export const getRates = () => call<Rates>('GET', '/v1/rates', { auth: 'none' });

export const getReport = (store: string, query: { readonly kind: 'payment' | 'refund'; readonly from: string; readonly utc_offset: string }) =>
  ask<ReportSummary>(store, 'GET', '/v1/reports/summary', { query });

export const createInvoice = (store: string, body: NewInvoice, idempotencyKey: string) =>
  ask<Invoice>(store, 'POST', '/v1/invoices', { body, idempotencyKey });
export const listInvoices = (store: string, query: Cut & { readonly status?: string | undefined; readonly external_id?: string } = {}) =>
  page<Invoice>(store, '/v1/invoices', { ...query });
export const getStoreInvoice = (store: string, id: string) => ask<Invoice>(store, 'GET', at('/v1/invoices', id));
export const getTimeline = (store: string, id: string) => ask<Page<TimelineEntry>>(store, 'GET', at('/v1/invoices', id, '/timeline'), { query: { limit: 100 } });
export const voidInvoice = (store: string, id: string) => ask<Invoice>(store, 'POST', at('/v1/invoices', id, '/void'));
export const acceptInvoice = (store: string, id: string) => ask<Invoice>(store, 'POST', at('/v1/invoices', id, '/accept'));

export const listUnmatched = (store: string, query: Cut & { readonly status?: UnmatchedStatus | undefined } = {}) =>
  page<Unmatched>(store, '/v1/unmatched', { ...query });
export const getUnmatched = (store: string, id: string) => ask<UnmatchedDetail>(store, 'GET', at('/v1/unmatched', id));
export const attachUnmatched = (store: string, id: string, invoice: string) =>
  ask<Unmatched>(store, 'POST', at('/v1/unmatched', id, '/attach'), { body: { invoice } });
export const ignoreUnmatched = (store: string, id: string, note: string) =>
  ask<Unmatched>(store, 'POST', at('/v1/unmatched', id, '/ignore'), { body: note ? { note } : {} });
export const reopenUnmatched = (store: string, id: string) => ask<Unmatched>(store, 'POST', at('/v1/unmatched', id, '/reopen'));

export const createRefund = (store: string, body: NewRefund, idempotencyKey: string) =>
  ask<Refund>(store, 'POST', '/v1/refunds', { body, idempotencyKey });
export const listRefunds = (store: string, query: Cut & { readonly status?: RefundStatus | undefined } = {}) => page<Refund>(store, '/v1/refunds', { ...query });
export const getRefund = (store: string, id: string) => ask<Refund>(store, 'GET', at('/v1/refunds', id));
export const prepareRefund = (store: string, id: string) => ask<RefundMessage>(store, 'POST', at('/v1/refunds', id, '/transaction'));
export const reportRefund = (store: string, id: string, boc: string) =>
  ask<Refund>(store, 'POST', at('/v1/refunds', id, '/submitted'), { body: { boc } });
export const cancelRefund = (store: string, id: string) => ask<Refund>(store, 'POST', at('/v1/refunds', id, '/cancel'));

export const listKeys = (store: string) => page<ApiKey>(store, '/v1/keys', {});
export const makeKey = (store: string, body: NewKey) => ask<MadeKey>(store, 'POST', '/v1/keys', { body });
export const rotateKey = (store: string, id: string) => ask<MadeKey>(store, 'POST', at('/v1/keys', id, '/rotate'), { body: {} });
export const revokeKey = (store: string, id: string) => ask<void>(store, 'DELETE', at('/v1/keys', id));

export const listEndpoints = (store: string) => page<Endpoint>(store, '/v1/webhook_endpoints', { limit: 100 });
export const getEndpoint = (store: string, id: string) => ask<Endpoint>(store, 'GET', at('/v1/webhook_endpoints', id));
export const addEndpoint = (store: string, body: NewEndpoint, idempotencyKey: string) =>
  ask<MadeEndpoint>(store, 'POST', '/v1/webhook_endpoints', { body, idempotencyKey });
export const switchEndpoint = (store: string, id: string, enabled: boolean) =>
  ask<Endpoint>(store, 'PATCH', at('/v1/webhook_endpoints', id), { body: { enabled } });
export const removeEndpoint = (store: string, id: string) => ask<void>(store, 'DELETE', at('/v1/webhook_endpoints', id));
export const pingEndpoint = (store: string, id: string, idempotencyKey: string) =>
  ask<Endpoint>(store, 'POST', at('/v1/webhook_endpoints', id, '/test'), { idempotencyKey });
export const rotateSecret = (store: string, id: string, idempotencyKey: string) =>
  ask<MadeEndpoint>(store, 'POST', at('/v1/webhook_endpoints', id, '/rotate_secret'), { body: {}, idempotencyKey });
export const listDeliveries = (store: string, query: Cut & { readonly endpoint: string }) => page<Delivery>(store, '/v1/deliveries', { ...query });
export const redeliver = (store: string, id: string, idempotencyKey: string) =>
  ask<Delivery>(store, 'POST', at('/v1/deliveries', id, '/redeliver'), { idempotencyKey });

export const getMembers = (store: string) => ask<Members>(store, 'GET', '/v1/members');
export const inviteMember = (store: string, role: Role) => ask<MadeInvitation>(store, 'POST', '/v1/members', { body: { role } });
/** What is about an owner waits, and is answered; everything else holds at once. */
type Waits = RightsChange | undefined;
export const changeMember = (store: string, id: string, role: Role) => ask<Waits>(store, 'PATCH', at('/v1/members', id), { body: { role } });
/** A member, or an invitation nobody has taken yet. */
export const removeMember = (store: string, id: string) => ask<Waits>(store, 'DELETE', at('/v1/members', id));
export const leaveStore = (store: string) => ask<Waits>(store, 'POST', '/v1/members/leave');

export const listChanges = (store: string) => page<ListedChange>(store, '/v1/rights_changes', {});
export const stopChange = (store: string, id: string) => ask<RightsChange>(store, 'POST', at('/v1/rights_changes', id, '/cancel'));
export const askForPayout = (store: string, wallet: string, idempotencyKey: string) =>
  ask<unknown>(store, 'POST', '/v1/payout_changes', { body: { wallet }, idempotencyKey });
export const listDeeds = (store: string, query: Cut = {}) => page<Deed>(store, '/v1/audit_log', { ...query });
