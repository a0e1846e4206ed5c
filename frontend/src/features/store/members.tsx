// The people of a store: who they are to it, and how somebody else gets in.
import { useState } from 'preact/hooks';
import type { Store } from '../../api/types';
import { toast } from '../../base/toast';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { stores } from '../../flows/session';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite, ROLES } from '../../flows/store/role';
import { Button } from '../../parts/action';
import { Avatar } from '../../parts/avatar';
import { Card, Row, Section } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Load, Skeleton } from '../../parts/notice';
import { AskFirst, Options } from '../../parts/options';
import { dayOf } from './status';
import type { Invitation, Member, RightsChange } from './types';
import { changeMember, getMembers, listChanges, removeMember } from './verbs';
import { Waiting } from './waiting';
import { go } from './way';
import { words } from './words';

export function MembersScreen({ store }: { store: Store }) {
  const t = words.value.members;
  const members = useLive(store.id, async () => {
    const [people, { data }] = await Promise.all([getMembers(store.id), listChanges(store.id)]);
    return { ...people, changes: data.filter(({ kind }) => kind.startsWith('owner_')) };
  });
  const writes = mayWrite(store, 'members');
  const changed = (word: string) => {
    toast(word);
    void members.refresh();
    void stores.refresh();
  };
  return (
    <Live title={t.title} primary={writes ? { label: t.invite, run: () => go(store.id, 'invite') } : null}>
      <Load of={members} skeleton={<Card><Skeleton rows={3} /></Card>}>
        {({ data, invitations, changes }) => (
          <>
            <Waiting store={store} changes={changes} stopped={members.refresh} />
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
    </Live>
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
  const told = (waits: RightsChange | undefined, done: string) => changed(waits ? t.waits.asked(dayOf(waits.due_at)) : done);
  const give = () => change.run(async () => told(await changeMember(store.id, member.id, role), t.members.changed));
  const remove = () => change.run(async () => told(await removeMember(store.id, member.id), t.members.removed));
  return (
    <div class="row-more">
      <Failed change={change} />
      <Options
        label={t.members.as} value={role} onChange={setRole}
        options={ROLES.map((value) => ({ value, title: t.role[value], detail: t.roleBody[value] }))}
      />
      {role !== member.role && [role, member.role].includes('owner') && <p class="fine">{t.waits.ownerBody}</p>}
      {role !== member.role && <Button kind="soft" action={{ label: t.members.change, run: give, busy: change.busy }} />}
      {!member.you && (
        <AskFirst label={t.members.remove} title={t.members.removeAsk(member.first_name)} body={member.role === 'owner' ? t.waits.ownerBody : t.members.removeBody} keep={t.keep} busy={change.busy} onConfirm={remove} />
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
