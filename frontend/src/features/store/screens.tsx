// The screens of a store's people, a chunk of their own: whoever only pays never loads it.
import './store.css';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Store } from '../../api/types';
import { land, type Route } from '../../router';
import { useAgain } from '../../api/again';
import { isHere, troubleOf } from '../../api/loaded';
import { stores } from '../../flows/session';
import { words } from './words';
import { Card } from '../../parts/card';
import { Failure, Place, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { GiveBack } from './give-back';
import { Inbox } from './inbox';
import { InvoiceDetail } from './invoice';
import { Invite } from './invite';
import { Invoices } from './invoices';
import { Join } from './join';
import { Keys } from './keys';
import { Log } from './log';
import { MembersScreen } from './members';
import { MoneyDetail } from './money';
import { NewKeyScreen } from './new-key';
import { NewPayout } from './new-payout';
import { NewWebhook } from './new-webhook';
import { OpenStore } from './open';
import { Overview } from './overview';
import { Payout } from './payout';
import { RefundDetail } from './refund';
import { Refunds } from './refunds';
import { Sale } from './sale';
import { StoreSettings } from './settings';
import { Stall } from './stall';
import { Stores } from './stores';
import { WebhookDetail } from './webhook';
import { Webhooks } from './webhooks';

export { speak } from './words';

type StoreRoute = Extract<Route, { name: 'stores' | 'open' | 'join' | 'store' }>;

export function StoreScreen({ route }: { route: StoreRoute }) {
  switch (route.name) {
    case 'stores':
      return <Stores />;
    case 'open':
      return <OpenStore />;
    case 'join':
      return <Join token={route.id} />;
    case 'store':
      return <Member id={route.id}>{(store) => <PageOf store={store} route={route} />}</Member>;
  }
}

/** Only for somebody who belongs to the store: what they may do depends on what they are. */
function Member({ id, children }: { id: string; children: (store: Store) => ComponentChildren }) {
  const t = words.value;
  const state = stores.state.value;
  const store = isHere(state) ? state.ok.data.find((known) => known.id === id) : undefined;
  useEffect(() => {
    if (!store) void stores.refresh();
  }, [id]);
  useAgain(stores);
  const trouble = troubleOf(stores);
  if (store) return <>{children(store)}</>;
  if (state === 'loading') return <Screen title={t.overview.title} quietTitle><Card><Skeleton hero rows={4} /></Card></Screen>;
  if (trouble) return <Screen title={t.overview.title} quietTitle><Failure problem={trouble} retry={() => void stores.refresh()} /></Screen>;
  return (
    <Screen title={t.stores.gone} quietTitle primary={{ label: t.stores.title, run: () => land({ name: 'stores' }) }}>
      <Card><Place icon="shop" title={t.stores.gone}>{t.stores.goneBody}</Place></Card>
    </Screen>
  );
}

function PageOf({ store, route: { page, item = '' } }: { store: Store; route: Extract<Route, { name: 'store' }> }) {
  switch (page) {
    case 'overview':
      return <Overview store={store} />;
    case 'stall':
      return <Stall store={store} />;
    case 'sale':
      return <Sale store={store} id={item} />;
    case 'invoices':
      return <Invoices store={store} />;
    case 'invoice':
      return <InvoiceDetail store={store} id={item} />;
    case 'inbox':
      return <Inbox store={store} />;
    case 'money':
      return <MoneyDetail store={store} id={item} />;
    case 'refunds':
      return <Refunds store={store} />;
    case 'refund':
      return <RefundDetail store={store} id={item} />;
    case 'give_back':
      return <GiveBack store={store} item={item} />;
    case 'settings':
      return <StoreSettings store={store} />;
    case 'keys':
      return <Keys store={store} />;
    case 'new_key':
      return <NewKeyScreen store={store} />;
    case 'webhooks':
      return <Webhooks store={store} />;
    case 'new_webhook':
      return <NewWebhook store={store} />;
    case 'webhook':
      return <WebhookDetail store={store} id={item} />;
    case 'members':
      return <MembersScreen store={store} />;
    case 'invite':
      return <Invite store={store} />;
    case 'new_payout':
      return <NewPayout store={store} />;
    case 'payout':
      return <Payout store={store} />;
    case 'log':
      return <Log store={store} />;
  }
}
