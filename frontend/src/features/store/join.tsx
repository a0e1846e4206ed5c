// An invitation: what it offers, and the one button that takes it.
import { Problem } from '../../api/client';
import { isFailed, isHere } from '../../api/loaded';
import { telegram } from '../../base/telegram';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { stores } from '../../flows/session';
import { useOnce } from '../../flows/store/look';
import { Avatar } from '../../parts/avatar';
import { Card } from '../../parts/card';
import { Load, Notice, Place, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { acceptInvitation, lookAtInvitation } from './verbs';
import { words } from './words';

export function Join({ id: token }: { id: string }) {
  const t = words.value;
  const offer = useOnce(() => lookAtInvitation(token));
  const change = useChange();
  const state = offer.state.value;
  const why = change.failed instanceof Problem ? change.failed.slug : isFailed(state) ? state.problem.slug : '';
  if (why === 'invitation-over' || why === 'not-found') return <Ended title={t.join.over} body={t.join.overBody} />;
  if (why === 'member-already') return <Ended title={t.join.already} body={t.join.alreadyBody} />;
  const accept = () => change.run(async () => {
    const store = await acceptInvitation(token);
    await stores.refresh();
    telegram?.haptic('success');
    land({ name: 'store', id: store.id, page: 'overview' });
  });
  const here = isHere(state);
  return (
    <Screen title={t.join.title} quietTitle primary={here ? { label: t.join.accept, run: accept, busy: change.busy } : null}>
      <Load of={offer} skeleton={<Card><Skeleton hero rows={1} /></Card>}>
        {({ name, role, expires_at, effective_at }) => (
          <>
            <div class="hero">
              <Avatar name={name} size="large" icon="shop" />
              <p class="place-title">{t.join.asks(name)}</p>
              <p class="quiet">{t.join.as(t.role[role])}</p>
            </div>
            <Notice tone="info" title={t.roleBody[role]}>
              {effective_at !== null && `${t.waits.youOwn(dayAndTime(effective_at, language.value))} ${t.waits.untilThen}`}
            </Notice>
            <p class="fine">{t.join.until(dayAndTime(expires_at, language.value))}</p>
          </>
        )}
      </Load>
      <Failed change={change} />
    </Screen>
  );
}

function Ended({ title, body }: { title: string; body: string }) {
  const t = words.value.join;
  return (
    <Screen title={title} quietTitle primary={{ label: t.toStores, run: () => land({ name: 'stores' }) }}>
      <Card><Place icon="people" title={title}>{body}</Place></Card>
    </Screen>
  );
}
