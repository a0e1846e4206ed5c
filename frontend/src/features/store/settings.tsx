// The ways to everything that is set once and rarely changed.
import type { Store } from '../../api/types';
import { shorten } from '../../base/address';
import { toast } from '../../base/toast';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { stores } from '../../flows/session';
import { mayRead, type Area } from '../../flows/store/role';
import { Card, Chevron, Row } from '../../parts/card';
import { Icon, type IconName } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import type { StorePage } from './pages';
import { dayOf } from './status';
import { leaveStore } from './verbs';
import { go } from './way';
import { words } from './words';

interface Way {
  readonly page: StorePage;
  readonly area: Area;
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
}

export function StoreSettings({ store }: { store: Store }) {
  const t = words.value.settings;
  const change = useChange();
  const ways: readonly Way[] = [
    { page: 'payout', area: 'payout', icon: 'wallet', title: t.payout, detail: shorten(store.address) },
    { page: 'members', area: 'members', icon: 'people', title: t.members, detail: t.membersBody },
    { page: 'keys', area: 'keys', icon: 'key', title: t.keys, detail: t.keysBody },
    { page: 'webhooks', area: 'webhooks', icon: 'hook', title: t.webhooks, detail: t.webhooksBody },
    { page: 'log', area: 'members', icon: 'list', title: t.log, detail: t.logBody },
  ];
  const open = ways.filter(({ area }) => mayRead(store, area));
  const leave = () => change.run(async () => {
    const waits = await leaveStore(store.id);
    toast(waits ? words.value.waits.asked(dayOf(waits.due_at)) : t.left);
    land();
    await stores.refresh();
  });
  return (
    <Screen title={t.title}>
      {open.length === 0 && <Notice tone="info" title={words.value.role[store.role]}>{words.value.roleBody[store.role]}</Notice>}
      {open.length > 0 && (
        <Card>
          {open.map(({ page, icon, title, detail }) => (
            <Row key={page} lead={<span class="row-icon"><Icon name={icon} /></span>} title={title} detail={detail} trail={<Chevron />} onPress={() => go(store.id, page)} />
          ))}
        </Card>
      )}
      <Failed change={change} />
      <AskFirst label={t.leave} title={t.leaveAsk} body={store.role === 'owner' ? words.value.waits.ownerBody : t.leaveBody} keep={words.value.keep} busy={change.busy} onConfirm={leave} />
    </Screen>
  );
}
