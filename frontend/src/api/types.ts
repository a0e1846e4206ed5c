// The names that screens use for what the service answers. The shapes are its own: see schema.ts.
import type { Schemas } from './schema';

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export type Asset = Schemas['AssetView'];
export type Info = Schemas['Info'];

export type Session = Schemas['SessionView'];
export type OpenSession = Schemas['OpenSession'];
export type Me = Schemas['Me'];
export type Wallet = Schemas['WalletView'];
export type Challenge = Schemas['ChallengeView'];
export type Balances = Schemas['BalancesView'];

/** A TON Connect request, handed to the wallet exactly as the service prepared it. */
export type Transaction = Schemas['Transaction'];
/** What a wallet answers to a challenge. */
export type WalletProof = Schemas['WalletProof'];

export type Recipient = Schemas['RecipientView'];
export type RecipientWarning = Recipient['warnings'][number];
export type Asked = Schemas['AskedView'];
export type Party = Schemas['Party'];
export type Payment = Schemas['PaymentView'];
export type PaymentStatus = Payment['status'];
export type Step = Schemas['Step'];
export type Request = Schemas['Request'];
export type NewPayment = Schemas['NewPayment'];
export type NewRequest = Schemas['NewRequestBody'];

export type PublicInvoice = Schemas['PublicInvoice'];
export type InvoiceFiat = Schemas['InvoiceFiat'];
export type InvoiceStatus = PublicInvoice['status'];
export type Accepted = PublicInvoice['accepted'][number];
export type PayAnswer = Schemas['PayAnswer'];
export type StarsOffer = Schemas['StarsAnswer'];

export type Store = Schemas['Store'];
export type Role = Store['role'];
export type May = Store['may'][number];
export type Merchant = Schemas['MerchantView'];
export type StoreEvent = Schemas['EventView'];
export type Deed = Schemas['Deed'];
export type Rates = Schemas['Rates'];
export type Rate = Rates['data'][number];
export type ReportSummary = Schemas['ReportSummary'];

export type Invoice = Schemas['Invoice'];
export type NewInvoice = Schemas['InvoiceRequest'];
export type Received = Schemas['InvoicePayment'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type Mark = TimelineEntry['kind'];

export type Refund = Schemas['Refund'];
export type RefundBrief = Schemas['RefundBrief'];
export type RefundStatus = Refund['status'];
export type RefundWarning = Refund['warnings'][number];
export type RefundMessage = Schemas['MessageView'];
export type NewRefund = Schemas['RefundRequest'];

export type Unmatched = Schemas['Unmatched'];
export type UnmatchedDetail = Schemas['UnmatchedDetail'];
export type UnmatchedStatus = Unmatched['status'];
export type UnmatchedReason = Unmatched['reason'];
export type Suggestion = Schemas['Suggestion'];
export type Clue = Suggestion['clues'][number];

export type ApiKey = Schemas['ApiKey'];
export type MadeKey = Schemas['NewKeyView'];
export type NewKey = Schemas['NewKey'];
export type Scope = Schemas['Scope'];
/** The part of the API that a right is about. */
export type AreaOf<R extends string> = R extends `${infer Area}:${string}` ? Area : never;

export type Endpoint = Schemas['WebhookEndpoint'];
export type MadeEndpoint = Schemas['EndpointWithSecret'];
export type NewEndpoint = Schemas['EndpointRequest'];
export type Delivery = Schemas['WebhookDelivery'];

export type Member = Schemas['MemberView'];
export type Members = Schemas['MembersView'];
export type Invitation = Schemas['Invitation'];
export type MadeInvitation = Schemas['NewInvitationView'];
export type Offer = Schemas['OfferView'];
export type RightsChange = Schemas['RightsChange'];
/** In the list, people are named. */
export type ListedChange = Schemas['ListedRightsChange'];
