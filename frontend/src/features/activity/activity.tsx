// Every payment, newest first, a page at a time.
import { useState } from 'preact/hooks';
import { usePages } from '../../api/pages';
import { listPayments } from '../../api/remit';
import type { Payment } from '../../api/types';
import { Ledger } from '../../flows/ledger';
import { Card } from '../../parts/card';
import { Segments } from '../../parts/choice';
import { Place, Skeleton } from '../../parts/notice';
import { Paged } from '../../parts/paged';
import { Screen } from '../../parts/screen';
import { activityText } from './words';

const PAGE = 30;
type Filter = 'all' | 'in' | 'out';

export function Activity() {
  const t = activityText.value;
  const [filter, setFilter] = useState<Filter>('all');
  return (
    <Screen title={t.title}>
      <Segments
        label={t.filter} value={filter} onChange={setFilter}
        options={[{ value: 'all', label: t.all }, { value: 'in', label: t.in }, { value: 'out', label: t.out }]}
      />
      <Pages key={filter} filter={filter} />
    </Screen>
  );
}

function Pages({ filter }: { filter: Filter }) {
  const t = activityText.value;
  const direction = filter === 'all' ? undefined : filter;
  const pages = usePages<Payment>(
    (last) => listPayments({ limit: PAGE, starting_after: last?.id, direction }),
    ({ id }) => id,
  );
  const { items: payments, busy, problem } = pages;
  return (
    <Paged of={pages}>
      <Ledger payments={payments} />
      {busy && payments.length === 0 && <Card><Skeleton rows={7} /></Card>}
      {!busy && !problem && payments.length === 0 && <Card><Place icon="clock" title={t.empty} /></Card>}
    </Paged>
  );
}
