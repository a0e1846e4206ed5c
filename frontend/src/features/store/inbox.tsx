// Money that nobody recognised, waiting for a word.
import { useState } from 'preact/hooks';
import { usePages } from '../../api/pages';
import type { Store } from '../../api/types';
import { shorten } from '../../base/address';
import { useNews } from '../../flows/store/feed';
import { Live, Nothing } from '../../flows/store/live';
import { Card, Row } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Amount } from '../../parts/money';
import { Skeleton } from '../../parts/notice';
import { ChipChoice } from '../../parts/options';
import { Paged } from '../../parts/paged';
import { momentOf } from './status';
import type { Unmatched, UnmatchedStatus } from './types';
import { listUnmatched } from './verbs';
import { go } from './way';
import { words } from './words';

const PAGE = 30;
const FILTERS: readonly UnmatchedStatus[] = ['open', 'attached', 'ignored', 'refunding', 'refunded'];

export function Inbox({ store }: { store: Store }) {
  const t = words.value.inbox;
  const [filter, setFilter] = useState<UnmatchedStatus>('open');
  return (
    <Live title={t.title}>
      <p class="lead">{t.about}</p>
      <ChipChoice label={t.filter} value={filter} onChange={setFilter} options={FILTERS.map((value) => ({ value, label: t.status[value] }))} />
      <List key={filter} store={store} status={filter} />
    </Live>
  );
}

function List({ store, status }: { store: Store; status: UnmatchedStatus }) {
  const t = words.value.inbox;
  const pages = usePages<Unmatched>(
    (last) => listUnmatched(store.id, { limit: PAGE, status, starting_after: last?.id }),
    ({ id }) => id,
  );
  const { items, busy, problem } = pages;
  useNews(store.id, pages.refresh);
  const open = status === 'open';
  return (
    <Paged of={pages}>
      {items.length > 0 && <Card>{items.map((item) => <MoneyRow key={item.id} store={store} item={item} />)}</Card>}
      {busy && items.length === 0 && <Card><Skeleton rows={4} /></Card>}
      {!busy && !problem && items.length === 0 && (
        <Nothing icon={open ? 'check' : 'inbox'} tone={open ? 'good' : 'info'} title={open ? t.empty : t.emptyOther}>{open ? t.emptyBody : null}</Nothing>
      )}
    </Paged>
  );
}

function MoneyRow({ store, item }: { store: Store; item: Unmatched }) {
  const t = words.value.inbox;
  return (
    <Row
      lead={<span class="row-icon"><Icon name="down" /></span>}
      title={t.reason[item.reason]}
      detail={<>{momentOf(item.settlement.at)} · {item.from === null ? t.someone : <bdi dir="ltr">{shorten(item.from)}</bdi>}</>}
      trail={<Amount money={item.money} size="row" maxFraction={4} />}
      onPress={() => go(store.id, 'money', item.id)}
    />
  );
}
