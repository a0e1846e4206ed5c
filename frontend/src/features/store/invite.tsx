// Letting somebody in: the role first, then a link that works once.
import { useState } from 'preact/hooks';
import type { Role, Store } from '../../api/types';
import { text } from '../../base/text';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { shareLink } from '../../flows/share';
import { ROLES } from '../../flows/store/role';
import { Button } from '../../parts/action';
import { Card } from '../../parts/card';
import { copy } from '../../parts/copy';
import { Notice } from '../../parts/notice';
import { Options } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { back } from '../../router';
import { dayOf } from './status';
import type { MadeInvitation } from './types';
import { inviteMember } from './verbs';
import { words } from './words';

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
