// The stores a person belongs to.
import { useEffect } from 'preact/hooks';
import { stores } from '../../flows/session';
import { Avatar } from '../../parts/avatar';
import { Card, Chevron, Row } from '../../parts/card';
import { Load, Place, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { push } from '../../router';
import { go } from './way';
import { words } from './words';

export function Stores() {
  const t = words.value;
  useEffect(() => void stores.refresh(), []);
  return (
    <Screen title={t.stores.title} primary={{ label: t.stores.open, run: () => push({ name: 'open' }) }}>
      <Load of={stores} skeleton={<Card><Skeleton rows={3} /></Card>}>
        {({ data }) => (
          <Card>
            {data.length === 0 && <Place icon="shop" title={t.stores.empty}>{t.stores.emptyBody}</Place>}
            {data.map((store) => (
              <Row
                key={store.id} lead={<Avatar name={store.name} icon="shop" />} title={store.name} detail={t.role[store.role]}
                trail={<Chevron />} onPress={() => go(store.id, 'overview')}
              />
            ))}
          </Card>
        )}
      </Load>
    </Screen>
  );
}
