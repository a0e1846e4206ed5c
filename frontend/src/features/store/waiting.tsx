// What waits before it holds: what it is, who has asked, since when, from when, and the button that stops it.
import type { Store } from '../../api/types';
import { shorten } from '../../base/address';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { toast } from '../../base/toast';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { mayWrite } from '../../flows/store/role';
import { Button } from '../../parts/action';
import { Card, Facts } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Notice } from '../../parts/notice';
import type { ListedChange } from './types';
import { stopChange } from './verbs';
import { words } from './words';

export const waits = ({ status }: Pick<ListedChange, 'status'>) => status === 'waiting';

/** What is to happen, in one line. */
export function titleOf(change: ListedChange): string {
  const t = words.value.waits;
  const who = change.person_name ?? t.somebody;
  switch (change.kind) {
    case 'payout': return t.payout;
    case 'owner_invited': return change.person === null ? t.invited : t.made(who);
    case 'owner_made': return t.made(who);
    case 'owner_lowered': return t.lowered(who, words.value.role[change.role ?? 'support']);
    case 'owner_removed': return t.removed(who);
    case 'key': return t.key(change.key_hint ?? '');
  }
}

interface WaitingProps {
  readonly store: Store;
  readonly changes: readonly ListedChange[];
  /** It was stopped: look again. */
  readonly stopped: () => unknown;
}

export function Waiting({ store, changes, stopped }: WaitingProps) {
  return <>{changes.filter(waits).map((change) => <One key={change.id} store={store} item={change} stopped={stopped} />)}</>;
}

function One({ store, item, stopped }: { store: Store; item: ListedChange; stopped: () => unknown }) {
  const t = words.value.waits;
  const change = useChange();
  const at = (iso: string) => dayAndTime(iso, language.value);
  const stop = () => change.run(async () => {
    await stopChange(store.id, item.id);
    toast(t.stopped);
    await stopped();
  });
  return (
    <>
      <Notice tone="warn" title={titleOf(item)}>{item.kind === 'key' ? t.bodyOfKey(at(item.due_at)) : t.body(at(item.due_at))}</Notice>
      <Card>
        <Facts
          facts={[
            item.to !== null && { name: words.value.payout.choose, value: <Address value={item.to} label={words.value.payout.choose} /> },
            { name: t.askedBy, value: item.asked_by_name ?? (item.asked_by.startsWith('key_') ? t.aKey : shorten(item.asked_by)) },
            { name: t.askedAt, value: at(item.created_at) },
            { name: t.dueAt, value: at(item.due_at) },
          ]}
        />
      </Card>
      <Failed change={change} />
      {mayWrite(store, 'members') && <Button kind="danger" action={{ label: t.stop, run: stop, busy: change.busy }} />}
    </>
  );
}
