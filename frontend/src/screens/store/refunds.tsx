// Money that goes back, or has gone.
import { useState } from 'preact/hooks';
import { listRefunds } from '../../api/store';
import type { Refund, RefundStatus } from '../../api/store-types';
import type { Store } from '../../api/types';
import { usePages } from '../../state/pages';
import { useNews } from '../../state/store/feed';
import { text } from '../../text';
import { words } from '../../text/store';
import { Button } from '../../ui/action';
import { Card } from '../../ui/card';
import { Failure, Place, Skeleton } from '../../ui/notice';
import { ChipChoice } from '../../ui/options';
import { Screen } from '../../ui/screen';
import { RefundRow } from './invoice';

const PAGE = 30;
const FILTERS = ['all', 'requires_signature', 'submitted', 'succeeded', 'failed', 'canceled'] as const;
type Filter = (typeof FILTERS)[number];

export function Refunds({ store }: { store: Store }) {
  const t = words.value;
  const [filter, setFilter] = useState<Filter>('all');
  return (
    <Screen title={t.refunds.title}>
      <ChipChoice
        label={t.status} value={filter} onChange={setFilter}
        options={FILTERS.map((value) => ({ value, label: value === 'all' ? t.all : t.refunds.status[value] }))}
      />
      <List key={filter} store={store} status={filter === 'all' ? undefined : filter} />
    </Screen>
  );
}

function List({ store, status }: { store: Store; status: RefundStatus | undefined }) {
  const t = words.value.refunds;
  const { items, more, busy, problem, next, refresh } = usePages<Refund>(
    (last) => listRefunds(store.id, { limit: PAGE, status, starting_after: last?.id }),
    ({ id }) => id,
  );
  useNews(store.id, refresh);
  return (
    <>
      {items.length > 0 && <Card>{items.map((refund) => <RefundRow key={refund.id} store={store} refund={refund} />)}</Card>}
      {busy && items.length === 0 && <Card><Skeleton rows={4} /></Card>}
      {!busy && !problem && items.length === 0 && <Card><Place icon="return" title={t.empty}>{t.emptyBody}</Place></Card>}
      {problem && <Failure problem={problem} retry={next} />}
      {items.length > 0 && more && !problem && <Button kind="soft" action={{ label: text.value.common.more, run: next, busy }} />}
    </>
  );
}
