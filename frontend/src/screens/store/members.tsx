// The people of a store: who they are to it, and how somebody else gets in.
import { useState } from 'preact/hooks';
import { changeMember, getMembers, inviteMember, removeMember } from '../../api/store';
import type { Invitation, MadeInvitation, Member } from '../../api/store-types';
import type { Role, Store } from '../../api/types';
import { stores } from '../../state/session';
import { useChange } from '../../state/store/change';
import { useLive } from '../../state/store/look';
import { mayWrite, ROLES } from '../../state/store/role';
import { toast } from '../../state/toast';
import { language, text } from '../../text';
import { words } from '../../text/store';
import { dayAndTime } from '../../text/when';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/action';
import { Card, Row, Section } from '../../ui/card';
import { copy } from '../../ui/copy';
import { Icon } from '../../ui/icon';
import { Load, Notice, Skeleton } from '../../ui/notice';
import { AskFirst, Options } from '../../ui/options';
import { Screen } from '../../ui/screen';
import { shareLink } from '../receipt';
import { Failed } from './failed';

function dayOf(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso));
}

export function MembersScreen({ store }: { store: Store }) {
  const t = words.value.members;
  const members = useLive(store.id, () => getMembers(store.id));
  const writes = mayWrite(store.role, 'members');
  const [inviting, setInviting] = useState(false);
  if (inviting) return <Invite store={store} done={() => { setInviting(false); void members.refresh(); }} />;
  const changed = (word: string) => {
    toast(word);
    void members.refresh();
    void stores.refresh();
  };
  return (
    <Screen title={t.title} primary={writes ? { label: t.invite, run: () => setInviting(true) } : null}>
      <Load of={members} skeleton={<Card><Skeleton rows={3} /></Card>}>
        {({ data, invitations }) => (
          <>
            <Card>
              {data.map((member) => <MemberRow key={member.id} store={store} member={member} writes={writes} changed={changed} />)}
            </Card>
            {invitations.length > 0 && (
              <Section title={t.waiting}>
                {invitations.map((one) => <InvitationRow key={one.id} store={store} invitation={one} writes={writes} changed={() => changed(t.removed)} />)}
              </Section>
            )}
          </>
        )}
      </Load>
    </Screen>
  );
}

interface MemberRowProps {
  readonly store: Store;
  readonly member: Member;
  readonly writes: boolean;
  readonly changed: (word: string) => void;
}

function MemberRow({ store, member, writes, changed }: MemberRowProps) {
  const t = words.value;
  const [open, setOpen] = useState(false);
  const since = t.members.since(dayOf(member.since));
  return (
    <>
      <Row
        lead={<Avatar name={member.first_name} />}
        title={member.you ? `${member.first_name} (${t.members.you})` : member.first_name}
        detail={member.username === null ? since : `@${member.username} · ${since}`}
        trail={<span class="pill">{t.role[member.role]}</span>}
        onPress={writes ? () => setOpen(!open) : undefined}
      />
      {open && <MemberActions store={store} member={member} changed={changed} />}
    </>
  );
}

function MemberActions({ store, member, changed }: Omit<MemberRowProps, 'writes'>) {
  const t = words.value;
  const change = useChange();
  const [role, setRole] = useState(member.role);
  const give = () => change.run(async () => {
    await changeMember(store.id, member.id, role);
    changed(t.members.changed);
  });
  const remove = () => change.run(async () => {
    await removeMember(store.id, member.id);
    changed(t.members.removed);
  });
  return (
    <div class="row-more">
      <Failed change={change} />
      <Options
        label={t.members.as} value={role} onChange={setRole}
        options={ROLES.map((value) => ({ value, title: t.role[value], detail: t.roleBody[value] }))}
      />
      {role !== member.role && <Button kind="soft" action={{ label: t.members.change, run: give, busy: change.busy }} />}
      {!member.you && (
        <AskFirst label={t.members.remove} title={t.members.removeAsk(member.first_name)} body={t.members.removeBody} keep={t.keep} busy={change.busy} onConfirm={remove} />
      )}
    </div>
  );
}

function InvitationRow({ store, invitation, writes, changed }: { store: Store; invitation: Invitation; writes: boolean; changed: () => void }) {
  const t = words.value;
  const change = useChange();
  const takeBack = () => change.run(async () => {
    await removeMember(store.id, invitation.id);
    changed();
  });
  return (
    <>
      <Row
        lead={<span class="row-icon"><Icon name="people" /></span>} title={t.role[invitation.role]}
        detail={t.members.waitsUntil(dayOf(invitation.expires_at))}
        trail={writes && <button type="button" class="link danger" disabled={change.busy} onClick={takeBack}>{t.members.takeBack}</button>}
      />
      <Failed change={change} />
    </>
  );
}

function Invite({ store, done }: { store: Store; done: () => void }) {
  const t = words.value;
  const change = useChange();
  const [role, setRole] = useState<Role>('support');
  const [made, setMade] = useState<MadeInvitation | null>(null);
  if (made) return <InvitationLink store={store} made={made} done={done} />;
  return (
    <Screen title={t.members.invite} primary={{ label: t.members.makeLink, busy: change.busy, run: () => change.run(async () => setMade(await inviteMember(store.id, role))) }} secondary={{ label: t.cancel, run: done }}>
      <Options
        label={t.members.as} value={role} onChange={setRole}
        options={[...ROLES].reverse().map((value) => ({ value, title: t.role[value], detail: t.roleBody[value] }))}
      />
      <Failed change={change} />
    </Screen>
  );
}

function InvitationLink({ store, made, done }: { store: Store; made: MadeInvitation; done: () => void }) {
  const t = words.value;
  const share = () => shareLink(made.link, t.members.shareText(store.name));
  return (
    <Screen title={t.members.linkTitle} primary={{ label: t.members.share, run: share }} secondary={{ label: text.value.common.done, run: done }}>
      <Notice tone="warn" title={t.role[made.role]}>{t.members.linkBody(t.role[made.role], dayAndTime(made.expires_at, language.value))}</Notice>
      <Card>
        <div class="stack">
          <p class="secret"><bdi dir="ltr">{made.link}</bdi></p>
          <Button kind="soft" action={{ label: text.value.common.copyLink, run: () => void copy(made.link) }} />
        </div>
      </Card>
    </Screen>
  );
}
