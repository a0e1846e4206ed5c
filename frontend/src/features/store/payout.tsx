// The wallet that is paid: which, since when, and how it becomes another one.
import { isHere } from '../../api/loaded';
import { getMerchant } from '../../api/store';
import type { Merchant, Store } from '../../api/types';
import { shorten } from '../../base/address';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { stores } from '../../flows/session';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite } from '../../flows/store/role';
import { Card, Row, Section } from '../../parts/card';
import { Load, Skeleton } from '../../parts/notice';
import { Pill } from '../../parts/pill';
import { momentOf } from './status';
import type { ListedChange } from './types';
import { listChanges } from './verbs';
import { Waiting, waits } from './waiting';
import { go } from './way';
import { words } from './words';

interface Here {
  readonly merchant: Merchant;
  readonly changes: readonly ListedChange[];
}

export function Payout({ store }: { store: Store }) {
  const t = words.value.payout;
  const here = useLive(store.id, () => look(store.id));
  const state = here.state.value;
  const it = isHere(state) ? state.ok : null;
  const mayChange = it !== null && !it.changes.some(waits) && mayWrite(store, 'payout');
  return (
    <Live title={t.title} primary={mayChange ? { label: t.change, run: () => go(store.id, 'new_payout') } : null}>
      <Load of={here} skeleton={<Card><Skeleton rows={2} /></Card>}>
        {({ merchant, changes }) => (
          <>
            <Section title={t.now}>
              <p class="secret"><bdi dir="ltr">{merchant.address}</bdi></p>
              <p class="quiet since">{t.since(dayAndTime(merchant.payout_since, language.value))}</p>
            </Section>
            <Waiting store={store} changes={changes} stopped={here.refresh} />
            <Past changes={changes.filter((change) => !waits(change))} />
          </>
        )}
      </Load>
    </Live>
  );
}

async function look(store: string): Promise<Here> {
  const [merchant, { data }] = await Promise.all([getMerchant(store), listChanges(store)]);
  void stores.refresh();
  return { merchant, changes: data.filter(({ kind }) => kind === 'payout') };
}

function Past({ changes }: { changes: readonly ListedChange[] }) {
  const t = words.value.payout;
  if (changes.length === 0) return null;
  return (
    <Section title={t.past}>
      {changes.map((change) => (
        <Row
          key={change.id} title={<bdi dir="ltr">{shorten(change.to ?? '')}</bdi>} detail={momentOf(change.ended_at ?? change.created_at)}
          trail={<Pill tone={change.status === 'done' ? 'good' : 'quiet'}>{t.status[change.status]}</Pill>}
        />
      ))}
    </Section>
  );
}
