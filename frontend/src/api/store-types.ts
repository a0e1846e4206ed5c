// What the service answers to the people of a store, as /openapi.json documents it.
import type { Money } from '../money';
import type { PublicInvoice, Role, Settlement, Step, Transaction } from './types';

export interface Merchant {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly payout_since: string;
  readonly livemode: boolean;
  /** The number of the newest event in the store's feed. */
  readonly last_seq: number;
}

export interface StoreEvent {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly created_at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Something that a person or a key has done. */
export interface Deed extends StoreEvent {
  readonly by: string;
  readonly by_name: string | null;
}

/** A transfer that paid an invoice. */
export interface Received {
  readonly id: string;
  readonly money: Money;
  readonly fiat_value: { readonly amount: string; readonly currency: string; readonly rate: string } | null;
  readonly from: string | null;
  readonly block: number;
  readonly lt: string;
  readonly hash: string;
  readonly at: string;
  readonly late: boolean;
}

export interface Invoice extends PublicInvoice {
  readonly accepted_by_hand: boolean;
  readonly external_id: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly payments: readonly Received[];
  readonly refunds: readonly RefundBrief[];
  readonly refunded: Money;
  readonly tolerance_bps: number;
  readonly app_url: string;
  readonly webhook_url: string | null;
}

export type Mark =
  | 'created' | 'rate_renewed' | 'seen' | 'gone' | 'received' | 'late' | 'unpriced' | 'unmatched' | 'stars' | 'stars_late' | 'paid'
  | 'expired' | 'void' | 'accepted';

export interface TimelineEntry {
  readonly n: number;
  readonly kind: Mark;
  readonly rule: string;
  readonly reason: string | null;
  /** What one whole unit was worth, and until when that is held. */
  readonly rate: string | null;
  readonly payment: Received | null;
  readonly at: string;
}

export type RefundStatus = 'requires_signature' | 'submitted' | 'succeeded' | 'failed' | 'canceled';
export type RefundWarning = 'other_address' | 'unknown_wallet' | 'maybe_exchange' | 'contract' | 'not_deployed' | 'unchecked';

export interface RefundBrief {
  readonly id: string;
  readonly status: RefundStatus;
  /** The transfer whose money goes back. */
  readonly payment: string;
  readonly invoice: string | null;
  readonly money: Money;
  readonly sent: Money;
  readonly to: string;
  readonly reason: string | null;
  readonly created_at: string;
  readonly status_at: string;
}

export interface Refund extends RefundBrief {
  readonly shop: string;
  /** The store's wallet, which signs. */
  readonly from: string;
  readonly warnings: readonly RefundWarning[];
  readonly reference: string | null;
  readonly valid_until: string | null;
  readonly progress: readonly Step<'created' | 'submitted' | 'seen' | 'confirmed' | 'final'>[];
  readonly settlements: readonly Settlement[];
}

export interface RefundMessage {
  readonly refund: Refund;
  readonly transaction: Transaction;
}

export type UnmatchedStatus = 'open' | 'attached' | 'ignored' | 'refunding' | 'refunded';
export type UnmatchedReason =
  | 'no_reference' | 'unknown_reference' | 'encrypted_comment' | 'unreadable_comment' | 'wrong_asset'
  | 'self_payment' | 'too_large' | 'underpaid' | 'by_product' | 'earlier';
export type Clue =
  | 'reference' | 'reference_mistyped' | 'reference_part' | 'named' | 'known_payer'
  | 'exact_amount' | 'in_time' | 'shortly_after' | 'other_asset' | 'over';

/** Money that reached the store's wallet and pays nothing we know of. */
export interface Unmatched {
  readonly id: string;
  readonly status: UnmatchedStatus;
  readonly reason: UnmatchedReason;
  readonly money: Money;
  /** Verbatim, however large. */
  readonly units: string;
  readonly from: string | null;
  readonly to: string;
  readonly comment: string | null;
  /** False for a comment that can be read and is not written as the standard says. */
  readonly comment_counts: boolean;
  readonly invoice: string | null;
  readonly settlement: Settlement;
  readonly decision: { readonly note: string | null; readonly by: string; readonly at: string } | null;
  readonly refunds: readonly RefundBrief[];
  readonly refunded: Money;
}

export interface Suggestion {
  readonly invoice: string;
  /** 0 to 100. */
  readonly score: number;
  readonly clues: readonly Clue[];
  readonly attachable: boolean;
  readonly status: PublicInvoice['status'];
  readonly remaining: Money;
  readonly description: string | null;
  readonly external_id: string | null;
}

export interface UnmatchedDetail extends Unmatched {
  readonly suggestions: readonly Suggestion[];
}

export interface ApiKey {
  readonly id: string;
  readonly name: string | null;
  /** Its first characters. */
  readonly hint: string;
  /** Null: everything. */
  readonly scopes: readonly string[] | null;
  readonly allowed_ips: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
  /** From when it also changes keys and people, as long as that waits. */
  readonly effective_at: string | null;
}

/** A key, this once with the key itself. */
export interface MadeKey extends ApiKey {
  readonly key: string;
}

export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Empty: every type. */
  readonly types: readonly string[];
  readonly status: 'enabled' | 'disabled';
  readonly reason: 'merchant' | 'gone' | 'failing' | null;
  readonly failing_since: string | null;
  readonly old_secret_until: string | null;
  readonly created_at: string;
}

/** An endpoint, this once with its secret. */
export interface MadeEndpoint extends Endpoint {
  readonly secret: string;
}

export interface Delivery {
  readonly id: string;
  readonly endpoint: string;
  readonly seq: number;
  readonly type: string;
  readonly status: 'due' | 'delivered' | 'dead';
  readonly attempt_count: number;
  readonly attempts: readonly Attempt[];
  readonly next_attempt_at: string | null;
  readonly note: string | null;
  readonly created_at: string;
  readonly done_at: string | null;
}

export interface Attempt {
  readonly number: number;
  readonly at: string;
  readonly took_ms: number;
  readonly response_status: number | null;
  readonly response_body: string | null;
  readonly note: string | null;
}

export interface Member {
  readonly id: string;
  readonly first_name: string;
  readonly username: string | null;
  readonly role: Role;
  readonly since: string;
  readonly you: boolean;
}

export interface Invitation {
  readonly id: string;
  readonly role: Role;
  readonly created_at: string;
  readonly expires_at: string;
  /** From when it makes an owner, as long as that waits. */
  readonly effective_at: string | null;
}

/** An invitation, this once with its link. */
export interface MadeInvitation extends Invitation {
  readonly link: string;
}

export interface Members {
  readonly data: readonly Member[];
  readonly invitations: readonly Invitation[];
}

/** What somebody is invited to. */
export interface Offer {
  readonly name: string;
  readonly role: Role;
  readonly expires_at: string;
  readonly effective_at: string | null;
}

/** What waits before it holds: who decides about the store, and where it is paid. */
export interface RightsChange {
  readonly id: string;
  readonly kind: 'payout' | 'owner_invited' | 'owner_made' | 'owner_lowered' | 'owner_removed' | 'key';
  readonly status: 'waiting' | 'done' | 'canceled';
  readonly person: string | null;
  readonly person_name: string | null;
  readonly role: Role | null;
  readonly key_hint: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly asked_by: string;
  readonly asked_by_name: string | null;
  readonly created_at: string;
  readonly due_at: string;
  readonly ended_at: string | null;
}

export interface Rate {
  readonly asset: string;
  readonly currency: string;
  readonly value: string | null;
  /** Whether prices in this currency are taken for this asset just now. */
  readonly trusted: boolean;
}

export interface Rates {
  readonly data: readonly Rate[];
}

/** One for each day, asset and currency in which there was something. */
export interface ReportDay {
  readonly day: string;
  readonly count: number;
  readonly money: Money;
}

export interface ReportSummary {
  readonly days: readonly ReportDay[];
}
