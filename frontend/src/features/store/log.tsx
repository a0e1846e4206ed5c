// Who did what, newest first. Nobody can take a line out.
import { usePages } from '../../api/pages';
import type { Store } from '../../api/types';
import { useNews } from '../../flows/store/feed';
import { Live, Nothing } from '../../flows/store/live';
import { Avatar } from '../../parts/avatar';
import { Card, Chevron, Row } from '../../parts/card';
import { Skeleton } from '../../parts/notice';
import { Paged } from '../../parts/paged';
import { momentOf } from './status';
import type { Deed } from './types';
import { listDeeds } from './verbs';
import { go } from './way';
import { words } from './words';

const PAGE = 30;

export function Log({ store }: { store: Store }) {
  const t = words.value.log;
  const pages = usePages<Deed>(
    (last) => listDeeds(store.id, { limit: PAGE, starting_after: last?.seq.toString() }),
    ({ id }) => id,
  );
  const { items, busy, problem } = pages;
  useNews(store.id, pages.refresh);
  return (
    <Live title={t.title}>
      <Paged of={pages}>
        {items.length > 0 && <Card>{items.map((deed) => <DeedRow key={deed.id} store={store} deed={deed} />)}</Card>}
        {busy && items.length === 0 && <Card><Skeleton rows={6} /></Card>}
        {!busy && !problem && items.length === 0 && <Nothing icon="list" title={t.empty} />}
      </Paged>
    </Live>
  );
}

function DeedRow({ store, deed }: { store: Store; deed: Deed }) {
  const t = words.value.log;
  const name = deed.by_name ?? (deed.by.startsWith('key_') ? words.value.keys.unnamed : t.somebody);
  const invoice = deed.type.startsWith('invoice.') && typeof deed.data['id'] === 'string' ? deed.data['id'] : null;
  return (
    <Row
      lead={<Avatar name={name} icon={deed.by.startsWith('key_') ? 'key' : undefined} />}
      title={name} detail={<span class="row-detail-whole">{`${t.deeds[deed.type] ?? deed.type} · ${momentOf(deed.created_at)}`}</span>}
      trail={invoice !== null && <Chevron />}
      onPress={invoice === null ? undefined : () => go(store.id, 'invoice', invoice)}
    />
  );
}
