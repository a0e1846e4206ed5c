// The service's answers as it documents them in /openapi.json: snake_case, money as strings, times as RFC 3339.
import type { Money } from '../money';

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export interface Asset {
  readonly asset: string;
  readonly name: string;
  readonly decimals: number;
  /** The jetton's master contract; null for the network's own coin. */
  readonly master: string | null;
}

export interface Info {
  readonly version: string;
  /** TON's network id: "-239" main, "-3" test, anything else a sandbox. */
  readonly network: string;
  readonly sandbox: boolean;
  readonly ticker: string;
  /** Null until the service knows its bot. */
  readonly bot_username: string | null;
  /** Opens the Mini App; an object's id may be appended. */
  readonly app_url: string;
  readonly public_url: string;
  readonly manifest_url: string;
  readonly wallets_url: string;
  readonly assets: readonly Asset[];
  readonly explorer_url: string | null;
  readonly finality_seconds: number;
}

export interface Wallet {
  readonly id: string;
  readonly address: string;
  readonly raw: string;
  readonly version: string;
  readonly default: boolean;
  readonly linked_at: string;
}

export interface Me {
  readonly id: string;
  readonly first_name: string;
  readonly username: string | null;
  readonly language: string;
  readonly notifications: boolean;
  readonly wallets: readonly Wallet[];
  /** Whether the bot may write to this person. */
  readonly can_message: boolean;
}

/** An open sign-in of this person's. */
export interface OpenSession {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  /** Whether it is this one. */
  readonly current: boolean;
}

export type Role = 'owner' | 'manager' | 'support';

/** A store, and what the person is to it. */
export interface Store {
  readonly id: string;
  readonly name: string;
  /** The wallet that is paid. */
  readonly address: string;
  readonly role: Role;
  /** From when you are an owner, if that waits. */
  readonly owner_from: string | null;
  readonly livemode: boolean;
  readonly created_at: string;
}

export interface Session {
  readonly token: string;
  readonly expires_at: string;
  readonly person: Me;
}

export interface Challenge {
  readonly payload: string;
  readonly expires_at: string;
}

/** What a wallet answers to a challenge, as POST /v1/wallets takes it. */
export interface WalletProof {
  readonly account: {
    readonly address: string;
    readonly chain: string;
    readonly publicKey: string;
    readonly walletStateInit: string;
  };
  readonly proof: {
    readonly timestamp: number;
    readonly domain: { readonly lengthBytes: number; readonly value: string };
    readonly payload: string;
    readonly signature: string;
  };
}

export interface WalletBalances {
  readonly wallet: string;
  readonly address: string;
  readonly balances: readonly Money[];
}

export interface Balances {
  readonly data: readonly WalletBalances[];
  readonly as_of: string;
}

export type RecipientWarning =
  | 'first_payment' | 'own_address' | 'contract' | 'not_deployed' | 'maybe_exchange' | 'name_old' | 'name_moved';

/** What a payment link asks for, beside the address. */
export interface Asked {
  readonly money: Money | null;
  readonly asset: string | null;
  readonly memo: string | null;
  readonly good_until: string | null;
}

export interface Recipient {
  readonly kind: 'person' | 'address';
  readonly name: string;
  readonly username: string | null;
  /** When Telegram last said that this is their name; null if no name was looked up. */
  readonly named_at: string | null;
  readonly address: string;
  readonly raw: string;
  /** Nobody's here: a payment may carry a memo. */
  readonly takes_memo: boolean;
  /** Whose deposit address it is, if that is known. */
  readonly exchange: string | null;
  readonly asks: Asked | null;
  readonly warnings: readonly RecipientWarning[];
}

export interface Party {
  readonly kind: 'person' | 'shop' | 'address';
  readonly name: string;
  readonly username: string | null;
  readonly address: string | null;
  readonly me: boolean;
}

/** A TON Connect request, handed to the wallet exactly as the service prepared it. */
export interface Transaction {
  readonly validUntil: number;
  readonly network: string;
  readonly from: string;
  readonly messages: readonly { readonly address: string; readonly amount: string; readonly payload?: string }[];
}

export type PaymentStatus = 'created' | 'submitted' | 'seen' | 'confirmed' | 'final' | 'expired' | 'cancelled';

export interface Step<S extends string> {
  readonly state: S;
  readonly at: string;
  readonly block: number | null;
}

export type PaymentStep = Step<'created' | 'submitted' | 'seen' | 'confirmed' | 'final'>;

export interface Settlement {
  readonly block: number;
  readonly lt: string;
  readonly hash: string;
  readonly at: string;
  readonly fee: Money | null;
  readonly received: Money;
}

export interface Payment {
  readonly id: string;
  readonly direction: 'out' | 'in';
  readonly status: PaymentStatus;
  readonly purpose: {
    readonly kind: 'send' | 'invoice' | 'request' | 'refund' | 'income';
    readonly id: string | null;
    readonly description: string | null;
  };
  readonly money: Money;
  readonly from: Party | null;
  readonly to: Party;
  readonly note: string | null;
  readonly memo: string | null;
  readonly reference: string | null;
  readonly created_at: string;
  readonly valid_until: string | null;
  readonly progress: readonly PaymentStep[];
  readonly settlement: Settlement | null;
  readonly transaction: Transaction | null;
}

export interface Request {
  readonly id: string;
  readonly status: 'open' | 'closed';
  /** Null when the payer chooses the amount. */
  readonly money: Money | null;
  readonly asset: string;
  readonly note: string | null;
  readonly to: Party;
  readonly link: string;
  readonly created_at: string;
  readonly paid_count: number;
}

export type InvoiceStatus = 'open' | 'processing' | 'paid' | 'expired' | 'void';

/** A price in fiat, and the rate it is held at. Decimal text: nothing here is reckoned with. */
export interface InvoiceFiat {
  readonly amount: string;
  readonly currency: string;
  /** What one whole unit of the asset is worth. */
  readonly rate: string;
  readonly sources: readonly string[];
  readonly at: string;
  /** From then on whoever comes to pay needs a new rate. */
  readonly rate_expires_at: string;
}

/** One asset an invoice may be paid in. */
export interface Accepted {
  readonly asset: string;
  /** What is due in this asset alone; the least of an open amount, or nothing. */
  readonly money: Money;
  readonly received: Money;
  readonly remaining: Money;
  /** What has gone back to whoever paid. */
  readonly refunded: Money;
  /** Null when there was no need of a rate. */
  readonly rate: { readonly value: string; readonly currency: string; readonly sources: readonly string[]; readonly at: string } | null;
  readonly ton_link: string;
}

/** A price in Telegram Stars, beside the one on the chain; either pays the invoice. */
export interface InvoiceStars {
  readonly price: Money;
  readonly received: Money;
  readonly refunded: Money;
}

export interface PublicInvoice {
  readonly id: string;
  readonly status: InvoiceStatus;
  readonly exception: 'none' | 'underpaid' | 'overpaid' | 'late';
  readonly goods_kind: 'physical' | 'service' | 'digital';
  readonly stars: InvoiceStars | null;
  readonly money: Money;
  /** Every asset that will do, the invoice's own first. */
  readonly accepted: readonly Accepted[];
  /** Whoever pays decides how much. */
  readonly open_amount: boolean;
  readonly min_amount: Money | null;
  /** Null when the price is in the asset itself. */
  readonly fiat: InvoiceFiat | null;
  readonly received: Money;
  readonly remaining: Money;
  readonly shop: { readonly name: string; readonly wallet_since: string };
  readonly description: string | null;
  /** These three are null for digital goods inside Telegram: there they are paid in Stars only. */
  readonly reference: string | null;
  readonly address: string | null;
  readonly ton_link: string | null;
  readonly pay_url: string;
  readonly expires_at: string;
  readonly created_at: string;
  readonly paid_at: string | null;
  readonly return_url: string | null;
  /** The shop has a word for whoever pays. */
  readonly has_paid_message: boolean;
  /** That word, once it is paid and it was the reader who paid. */
  readonly paid_message: string | null;
  readonly progress: readonly Step<'seen' | 'confirmed' | 'final'>[];
  readonly receipts: readonly { readonly received: Money; readonly block: number; readonly hash: string; readonly at: string }[];
  /** What came with its reference and cannot pay it. */
  readonly astray: readonly { readonly money: Money; readonly reason: string; readonly refunded: Money; readonly hash: string; readonly at: string }[];
}

export interface InvoicePayment {
  readonly transaction: Transaction;
  /** Set when the payer is signed in: the same payment in their own ledger. */
  readonly payment?: Payment | null;
}

/** Telegram's own page for paying an invoice in Stars. */
export interface StarsOffer {
  readonly link: string;
  readonly money: Money;
}
