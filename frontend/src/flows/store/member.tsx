// The door of a store.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { isHere, troubleOf } from '../../api/loaded';
import type { Store } from '../../api/types';
import { Card } from '../../parts/card';
import { Failure, Place, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { stores } from '../session';
import { roomText } from './words';

/** Only for somebody who belongs to the store: what they may do depends on what they are. */
export function Member({ id, children }: { id: string; children: (store: Store) => ComponentChildren }) {
  const t = roomText.value;
  const state = stores.state.value;
  const store = isHere(state) ? state.ok.data.find((known) => known.id === id) : undefined;
  useEffect(() => {
    if (!store) void stores.refresh();
  }, [id]);
  useAgain(stores);
  const trouble = troubleOf(stores);
  if (store) return <>{children(store)}</>;
  if (state === 'loading') return <Screen title={t.title} quietTitle><Card><Skeleton hero rows={4} /></Card></Screen>;
  if (trouble) return <Screen title={t.title} quietTitle><Failure problem={trouble} retry={() => void stores.refresh()} /></Screen>;
  return (
    <Screen title={t.gone} quietTitle primary={{ label: t.stores, run: () => land({ name: 'stores' }) }}>
      <Card><Place icon="shop" title={t.gone}>{t.goneBody}</Place></Card>
    </Screen>
  );
}
