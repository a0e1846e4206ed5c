// The names that screens use for what the service answers. The shapes are its own: see schema.ts.
import type { Schemas } from './schema';

/** In its answers the service leaves no field out: it writes null. Its description does not say so. */
type Whole<T> = { readonly [K in keyof T]-?: Whole<T[K]> };
export type Answers = Whole<Schemas>;
export type With<T, More> = Omit<T, keyof More> & Readonly<More>;

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export type Asset = Answers['AssetView'];
export type Info = Answers['Info'];

export type Session = Answers['SessionView'];
export type Me = Answers['Me'];
export type Wallet = Answers['WalletView'];
export type Challenge = Answers['ChallengeView'];
export type Balances = Answers['BalancesView'];

/** A TON Connect request, handed to the wallet exactly as the service prepared it. It describes it as some object. */
export interface Transaction {
  readonly validUntil: number;
  readonly network: string;
  readonly from: string;
  readonly messages: readonly { readonly address: string; readonly amount: string; readonly payload?: string }[];
}

/** What a wallet answers to a challenge, as POST /v1/wallets takes it: some object, by the description. */
export interface WalletProof {
  readonly account: { readonly address: string; readonly chain: string; readonly publicKey: string; readonly walletStateInit: string };
  readonly proof: {
    readonly timestamp: number;
    readonly domain: { readonly lengthBytes: number; readonly value: string };
    readonly payload: string;
    readonly signature: string;
  };
}

export type Recipient = Answers['RecipientView'];
export type Party = Answers['Party'];
export type Payment = With<Answers['PaymentView'], { transaction: Transaction | null }>;
export type PaymentStatus = Payment['status'];
export type Step = Answers['Step'];
export type Request = Answers['Request'];

export type PublicInvoice = Answers['PublicInvoice'];
export type InvoiceFiat = Answers['InvoiceFiat'];
export type Accepted = PublicInvoice['accepted'][number];
export type PayAnswer = With<Answers['PayAnswer'], { transaction: Transaction; payment: Payment | null }>;
export type StarsOffer = Answers['StarsAnswer'];

export type Store = Answers['Store'];
export type Role = Store['role'];
export type Merchant = Answers['MerchantView'];
export type StoreEvent = Answers['EventView'];
