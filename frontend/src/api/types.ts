// The names that screens use for what the service answers. The shapes are its own: see schema.ts.
import type { Schemas } from './schema';

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export type Asset = Schemas['AssetView'];
export type Info = Schemas['Info'];

export type Session = Schemas['SessionView'];
export type Me = Schemas['Me'];
export type Wallet = Schemas['WalletView'];
export type Challenge = Schemas['ChallengeView'];
export type Balances = Schemas['BalancesView'];

/** A TON Connect request, handed to the wallet exactly as the service prepared it. */
export type Transaction = Schemas['Transaction'];
/** What a wallet answers to a challenge. */
export type WalletProof = Schemas['WalletProof'];

export type Recipient = Schemas['RecipientView'];
export type Party = Schemas['Party'];
export type Payment = Schemas['PaymentView'];
export type PaymentStatus = Payment['status'];
export type Step = Schemas['Step'];
export type Request = Schemas['Request'];

export type PublicInvoice = Schemas['PublicInvoice'];
export type InvoiceFiat = Schemas['InvoiceFiat'];
export type Accepted = PublicInvoice['accepted'][number];
export type PayAnswer = Schemas['PayAnswer'];
export type StarsOffer = Schemas['StarsAnswer'];

export type Store = Schemas['Store'];
export type Role = Store['role'];
export type May = Store['may'][number];
export type Scope = Schemas['Scope'];
/** The part of the API that a right is about. */
export type AreaOf<R extends string> = R extends `${infer Area}:${string}` ? Area : never;

export type Merchant = Schemas['MerchantView'];
export type StoreEvent = Schemas['EventView'];
