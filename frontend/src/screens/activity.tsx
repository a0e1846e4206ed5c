// Every payment, newest first, a page at a time.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { listPayments } from '../api/remit';
import type { Payment } from '../api/types';
import { asProblem } from '../state/loaded';
import { text } from '../text';
import { Button } from '../ui/action';
import { Card } from '../ui/card';
import { Segments } from '../ui/choice';
import { Failure, Place, Skeleton } from '../ui/notice';
import { Screen } from '../ui/screen';
import { Ledger } from './ledger';

const PAGE = 30;
type Filter = 'all' | 'in' | 'out';

export function Activity() {
  const t = text.value.activity;
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

interface Read {
  readonly payments: readonly Payment[];
  readonly more: boolean;
  readonly busy: boolean;
  readonly problem: Problem | null;
}

function Pages({ filter }: { filter: Filter }) {
  const t = text.value.activity;
  const [read, setRead] = useState<Read>({ payments: [], more: true, busy: true, problem: null });
  const next = async (from: readonly Payment[]) => {
    setRead((r) => ({ ...r, busy: true, problem: null }));
    try {
      const page = await listPayments({ limit: PAGE, starting_after: from[from.length - 1]?.id, direction: filter === 'all' ? undefined : filter });
      setRead({ payments: [...from, ...page.data], more: page.has_more, busy: false, problem: null });
    } catch (error) {
      setRead((r) => ({ ...r, busy: false, problem: asProblem(error) }));
    }
  };
  useEffect(() => void next([]), []);

  const { payments, more, busy, problem } = read;
  return (
    <>
      <Ledger payments={payments} />
      {busy && payments.length === 0 && <Card><Skeleton rows={7} /></Card>}
      {!busy && !problem && payments.length === 0 && <Card><Place icon="clock" title={t.empty} /></Card>}
      {problem && <Failure problem={problem} retry={() => void next(payments)} />}
      {payments.length > 0 && more && !problem && (
        <Button kind="soft" action={{ label: text.value.common.more, run: () => void next(payments), busy }} />
      )}
    </>
  );
}
