// The names that screens use for what the service answers. The shapes are its own: see schema.ts.
import type { Schemas } from './schema';

/** In its answers the service leaves no field out: it writes null. Its description does not say so. */
type Whole<T> = { readonly [K in keyof T]-?: Whole<T[K]> };
type Answers = Whole<Schemas>;
type With<T, More> = Omit<T, keyof More> & Readonly<More>;

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export type Asset = Answers['AssetView'];
export type Info = Answers['Info'];

export type Session = Answers['SessionView'];
export type OpenSession = Answers['OpenSession'];
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
export type RecipientWarning = Recipient['warnings'][number];
export type Asked = Answers['AskedView'];
export type Party = Answers['Party'];
export type Payment = With<Answers['PaymentView'], { transaction: Transaction | null }>;
export type PaymentStatus = Payment['status'];
export type Step = Answers['Step'];
export type Request = Answers['Request'];
export type NewPayment = Schemas['NewPayment'];
export type NewRequest = Schemas['NewRequestBody'];

export type PublicInvoice = Answers['PublicInvoice'];
export type InvoiceFiat = Answers['InvoiceFiat'];
export type InvoiceStatus = PublicInvoice['status'];
export type Accepted = PublicInvoice['accepted'][number];
export type PayAnswer = With<Answers['PayAnswer'], { transaction: Transaction; payment: Payment | null }>;
export type StarsOffer = Answers['StarsAnswer'];

export type Store = Answers['Store'];
export type Role = Store['role'];
export type Merchant = Answers['MerchantView'];
export type StoreEvent = Answers['EventView'];
export type Deed = Answers['Deed'];
export type Rates = Answers['Rates'];
export type Rate = Rates['data'][number];
export type ReportSummary = Answers['ReportSummary'];

export type Invoice = Answers['Invoice'];
export type NewInvoice = Schemas['InvoiceRequest'];
export type Received = Answers['InvoicePayment'];
export type TimelineEntry = Answers['TimelineEntry'];
export type Mark = TimelineEntry['kind'];

export type Refund = Answers['Refund'];
export type RefundBrief = Answers['RefundBrief'];
export type RefundStatus = Refund['status'];
export type RefundWarning = Refund['warnings'][number];
export type RefundMessage = With<Answers['MessageView'], { transaction: Transaction }>;
export type NewRefund = Schemas['RefundRequest'];

export type Unmatched = Answers['Unmatched'];
export type UnmatchedDetail = Answers['UnmatchedDetail'];
export type UnmatchedStatus = Unmatched['status'];
export type UnmatchedReason = Unmatched['reason'];
export type Suggestion = Answers['Suggestion'];
export type Clue = Suggestion['clues'][number];

export type ApiKey = Answers['ApiKey'];
export type MadeKey = Answers['NewKeyView'];
export type NewKey = Schemas['NewKey'];

/** Of its two states the description only knows that they are text. */
type Switched<T> = With<T, { status: 'enabled' | 'disabled' }>;
export type Endpoint = Switched<Answers['WebhookEndpoint']>;
export type MadeEndpoint = Switched<Answers['EndpointWithSecret']>;
export type NewEndpoint = Schemas['EndpointRequest'];
export type Delivery = Answers['WebhookDelivery'];

export type Member = Answers['MemberView'];
export type Members = Answers['MembersView'];
export type Invitation = Answers['Invitation'];
export type MadeInvitation = Answers['NewInvitationView'];
export type Offer = Answers['OfferView'];
export type RightsChange = Answers['RightsChange'];
/** In the list, people are named. */
export type ListedChange = Answers['ListedRightsChange'];
