// The wallet that is paid: which, since when, and how it becomes another one.
import { shorten } from '../../address';
import { cancelPayout, getMerchant, listPayoutChanges } from '../../api/store';
import type { Merchant, PayoutChange } from '../../api/store-types';
import type { Store } from '../../api/types';
import { isHere } from '../../state/loaded';
import { stores } from '../../state/session';
import { useChange, type Change } from '../../state/store/change';
import { useLive } from '../../state/store/look';
import { mayWrite } from '../../state/store/role';
import { toast } from '../../state/toast';
import { language } from '../../text';
import { words } from '../../text/store';
import { dayAndTime } from '../../text/when';
import { Button } from '../../ui/action';
import { Card, Facts, Row, Section } from '../../ui/card';
import { Address } from '../../ui/copy';
import { Load, Notice, Skeleton } from '../../ui/notice';
import { Screen } from '../../ui/screen';
import { Failed } from './failed';
import { momentOf, Pill } from './status';
import { go } from './way';

interface Here {
  readonly merchant: Merchant;
  readonly changes: readonly PayoutChange[];
}

export function Payout({ store }: { store: Store }) {
  const t = words.value.payout;
  const here = useLive(store.id, () => look(store.id));
  const state = here.state.value;
  const it = isHere(state) ? state.ok : null;
  const waiting = it?.changes.find(({ status }) => status === 'waiting');
  const mayChange = it !== null && !waiting && mayWrite(store.role, 'payout');
  const change = useChange();
  const cancel = (id: string) => change.run(async () => {
    await cancelPayout(store.id, id);
    toast(t.canceled);
    await here.refresh();
  });
  return (
    <Screen title={t.title} primary={mayChange ? { label: t.change, run: () => go(store.id, 'new_payout') } : null}>
      <Load of={here} skeleton={<Card><Skeleton rows={2} /></Card>}>
        {({ merchant, changes }) => (
          <>
            <Section title={t.now}>
              <p class="secret"><bdi dir="ltr">{merchant.address}</bdi></p>
              <p class="quiet since">{t.since(dayAndTime(merchant.payout_since, language.value))}</p>
            </Section>
            {waiting && <WaitingChange store={store} item={waiting} change={change} cancel={() => cancel(waiting.id)} />}
            <Past changes={changes.filter(({ status }) => status !== 'waiting')} />
          </>
        )}
      </Load>
    </Screen>
  );
}

async function look(store: string): Promise<Here> {
  const [merchant, { data }] = await Promise.all([getMerchant(store), listPayoutChanges(store)]);
  void stores.refresh();
  return { merchant, changes: data };
}

function WaitingChange({ store, item, change, cancel }: { store: Store; item: PayoutChange; change: Change; cancel: () => void }) {
  const t = words.value.payout;
  return (
    <>
      <Notice tone="warn" title={t.waiting}>{t.waitingBody(dayAndTime(item.due_at, language.value))}</Notice>
      <Card>
        <Facts facts={[{ name: t.choose, value: <Address value={item.to} label={t.choose} /> }]} />
      </Card>
      <Failed change={change} />
      {mayWrite(store.role, 'payout') && <Button kind="soft" action={{ label: t.cancel, run: cancel, busy: change.busy }} />}
    </>
  );
}

function Past({ changes }: { changes: readonly PayoutChange[] }) {
  const t = words.value.payout;
  if (changes.length === 0) return null;
  return (
    <Section title={t.past}>
      {changes.map((change) => (
        <Row
          key={change.id} title={<bdi dir="ltr">{shorten(change.to)}</bdi>} detail={momentOf(change.ended_at ?? change.created_at)}
          trail={<Pill tone={change.status === 'done' ? 'good' : 'quiet'}>{t.status[change.status]}</Pill>}
        />
      ))}
    </Section>
  );
}
