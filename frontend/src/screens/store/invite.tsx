// Letting somebody in: the role first, then a link that works once.
import { useState } from 'preact/hooks';
import { inviteMember } from '../../api/store';
import type { MadeInvitation, Role, Store } from '../../api/types';
import { back } from '../../router';
import { useChange } from '../../state/store/change';
import { ROLES } from '../../state/store/role';
import { text } from '../../text';
import { words } from '../../text/store';
import { Button } from '../../ui/action';
import { Card } from '../../ui/card';
import { copy } from '../../ui/copy';
import { Notice } from '../../ui/notice';
import { Options } from '../../ui/options';
import { Screen } from '../../ui/screen';
import { shareLink } from '../receipt';
import { Failed } from './failed';
import { dayOf } from './status';

export function Invite({ store }: { store: Store }) {
  const t = words.value;
  const change = useChange();
  const [role, setRole] = useState<Role>('support');
  const [made, setMade] = useState<MadeInvitation | null>(null);
  const make = () => change.run(async () => setMade(await inviteMember(store.id, role)));
  if (made) return <InvitationLink store={store} made={made} />;
  return (
    <Screen title={t.members.invite} primary={{ label: t.members.makeLink, busy: change.busy, run: make }}>
      <Options
        label={t.members.as} value={role} onChange={setRole}
        options={[...ROLES].reverse().map((value) => ({ value, title: t.role[value], detail: t.roleBody[value] }))}
      />
      {role === 'owner' && <Notice tone="info" title={t.waits.title}>{t.waits.ownerBody}</Notice>}
      <Failed change={change} />
    </Screen>
  );
}

function InvitationLink({ store, made }: { store: Store; made: MadeInvitation }) {
  const t = words.value;
  const share = () => shareLink(made.link, t.members.shareText(store.name));
  return (
    <Screen title={t.members.linkTitle} primary={{ label: t.members.share, run: share }} secondary={{ label: text.value.common.done, run: back }}>
      <Notice tone="warn" title={t.role[made.role]}>{t.members.linkBody(t.role[made.role], dayOf(made.expires_at))}</Notice>
      <Card>
        <div class="stack">
          <p class="secret"><bdi dir="ltr">{made.link}</bdi></p>
          <Button kind="soft" action={{ label: text.value.common.copyLink, run: () => void copy(made.link) }} />
        </div>
      </Card>
    </Screen>
  );
}
