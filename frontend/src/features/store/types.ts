// The names that a store's screens use for what the service answers them.
import type { Schemas } from '../../api/schema';
import type { PublicInvoice } from '../../api/types';

export type Deed = Schemas['Deed'];
export type Rates = Schemas['Rates'];
export type Rate = Rates['data'][number];
export type ReportSummary = Schemas['ReportSummary'];

export type Invoice = Schemas['Invoice'];
export type InvoiceStatus = PublicInvoice['status'];
export type NewInvoice = Schemas['InvoiceRequest'];
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
