// A page of a store, for those who belong to it.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { isHere, troubleOf } from '../../api/loaded';
import type { Store } from '../../api/types';
import { stores } from '../../flows/session';
import { Card } from '../../parts/card';
import { Failure, Place, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { pageOf, type StorePage } from './pages';
import { words } from './words';
import './store.css';

interface AtStoreProps {
  readonly id: string;
  readonly page: StorePage;
  readonly item?: string;
}

export function AtStore({ id, page, item = '' }: AtStoreProps) {
  const Page = pageOf(page);
  return <Member id={id}>{(store) => <Page store={store} id={item} />}</Member>;
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
