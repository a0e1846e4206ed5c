// Money that goes back, or has gone.
import { useState } from 'preact/hooks';
import { usePages } from '../../api/pages';
import type { Store } from '../../api/types';
import { useNews } from '../../flows/store/feed';
import { Live, Nothing } from '../../flows/store/live';
import { Card } from '../../parts/card';
import { Skeleton } from '../../parts/notice';
import { ChipChoice } from '../../parts/options';
import { Paged } from '../../parts/paged';
import { RefundRow } from './invoice';
import type { Refund, RefundStatus } from './types';
import { listRefunds } from './verbs';
import { words } from './words';

const PAGE = 30;
const FILTERS = ['all', 'requires_signature', 'submitted', 'succeeded', 'failed', 'canceled'] as const;
type Filter = (typeof FILTERS)[number];

export function Refunds({ store }: { store: Store }) {
  const t = words.value;
  const [filter, setFilter] = useState<Filter>('all');
  return (
    <Live title={t.refunds.title}>
      <ChipChoice
        label={t.status} value={filter} onChange={setFilter}
        options={FILTERS.map((value) => ({ value, label: value === 'all' ? t.all : t.refunds.status[value] }))}
      />
      <List key={filter} store={store} status={filter === 'all' ? undefined : filter} />
    </Live>
  );
}

function List({ store, status }: { store: Store; status: RefundStatus | undefined }) {
  const t = words.value.refunds;
  const pages = usePages<Refund>(
    (last) => listRefunds(store.id, { limit: PAGE, status, starting_after: last?.id }),
    ({ id }) => id,
  );
  const { items, busy, problem } = pages;
  useNews(store.id, pages.refresh);
  return (
    <Paged of={pages}>
      {items.length > 0 && <Card>{items.map((refund) => <RefundRow key={refund.id} store={store} refund={refund} />)}</Card>}
      {busy && items.length === 0 && <Card><Skeleton rows={4} /></Card>}
      {!busy && !problem && items.length === 0 && <Nothing icon="return" title={t.empty}>{t.emptyBody}</Nothing>}
    </Paged>
  );
}
