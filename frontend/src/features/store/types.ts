// The names that a store's screens use for what the service answers them.
import type { Schemas } from '../../api/schema';
import type { Answers, PublicInvoice, Transaction, With } from '../../api/types';

export type Deed = Answers['Deed'];
export type Rates = Answers['Rates'];
export type Rate = Rates['data'][number];
export type ReportSummary = Answers['ReportSummary'];

export type Invoice = Answers['Invoice'];
export type InvoiceStatus = PublicInvoice['status'];
export type NewInvoice = Schemas['InvoiceRequest'];
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
