// The pages of a store, each by the name that its routes know it by.
import type { ComponentType } from 'preact';
import type { Store } from '../../api/types';
import { GiveBack } from './give-back';
import { Inbox } from './inbox';
import { Invite } from './invite';
import { InvoiceDetail } from './invoice';
import { Invoices } from './invoices';
import { Keys } from './keys';
import { Log } from './log';
import { MembersScreen } from './members';
import { MoneyDetail } from './money';
import { NewKeyScreen } from './new-key';
import { NewPayout } from './new-payout';
import { NewWebhook } from './new-webhook';
import { Overview } from './overview';
import { Payout } from './payout';
import { RefundDetail } from './refund';
import { Refunds } from './refunds';
import { Sale } from './sale';
import { StoreSettings } from './settings';
import { Stall } from './stall';
import { WebhookDetail } from './webhook';
import { Webhooks } from './webhooks';

const pages = {
  overview: Overview,
  stall: Stall,
  sale: Sale,
  invoices: Invoices,
  invoice: InvoiceDetail,
  inbox: Inbox,
  money: MoneyDetail,
  refunds: Refunds,
  refund: RefundDetail,
  give_back: GiveBack,
  settings: StoreSettings,
  keys: Keys,
  new_key: NewKeyScreen,
  webhooks: Webhooks,
  new_webhook: NewWebhook,
  webhook: WebhookDetail,
  members: MembersScreen,
  invite: Invite,
  payout: Payout,
  new_payout: NewPayout,
  log: Log,
};

export type StorePage = keyof typeof pages;

interface PageProps {
  readonly store: Store;
  /** Of what the page shows; pages of the whole store have no need of it. */
  readonly id: string;
}

/** Names are kept over a reload, and may be older than the pages. */
export function pageOf(name: string): ComponentType<PageProps> {
  const known: readonly (readonly [string, ComponentType<PageProps>])[] = Object.entries(pages);
  return known.find(([page]) => page === name)?.[1] ?? Overview;
}
