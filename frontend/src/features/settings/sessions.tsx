// Where somebody is signed in, and how to end it.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { asProblem, resource } from '../../api/loaded';
import { signedOut } from '../../api/remit';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { toast } from '../../base/toast';
import { Button } from '../../parts/action';
import { Card, Row } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Failure, Load, Skeleton } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { endOtherSessions, endSession, listSessions, logOut, type OpenSession } from './verbs';
import { settingsWords } from './words';

export function Sessions() {
  const t = settingsWords().signIns;
  const open = useMemo(() => resource(listSessions), []);
  const [state, setState] = useState<'idle' | 'busy' | Problem>('idle');
  useEffect(() => void open.refresh(), [open]);
  const run = async (change: () => Promise<void>) => {
    setState('busy');
    try {
      await change();
      setState('idle');
    } catch (error) {
      setState(asProblem(error));
    }
  };
  const end = (ending: () => Promise<void>) => void run(async () => {
    await ending();
    toast(t.ended);
    await open.refresh();
  });
  const leave = () => void run(async () => {
    await logOut();
    signedOut.value = new Problem('session-ended', '', 401);
  });
  const busy = state === 'busy';
  return (
    <Screen title={settingsWords().sessions}>
      <p class="quiet">{t.body}</p>
      {state instanceof Problem && <Failure problem={state} />}
      <Load of={open} skeleton={<Card><Skeleton rows={2} /></Card>}>
        {({ data }) => (
          <>
            <Card>
              {data.map((one) => <SessionRow key={one.id} session={one} busy={busy} onEnd={() => end(() => endSession(one.id))} />)}
            </Card>
            {data.length > 1 ? (
              <AskFirst label={t.others} title={t.othersAsk} body={t.othersBody} keep={t.keep} busy={busy} onConfirm={() => end(endOtherSessions)} />
            ) : <p class="fine">{t.alone}</p>}
          </>
        )}
      </Load>
      {!signedOut.value && <AskFirst kind="soft" label={t.out} title={t.outAsk} body={t.outBody} keep={t.stay} busy={busy} onConfirm={leave} />}
    </Screen>
  );
}

function SessionRow({ session, busy, onEnd }: { session: OpenSession; busy: boolean; onEnd: () => void }) {
  const t = settingsWords().signIns;
  const since = t.since(dayAndTime(session.created_at, language.value));
  const used = t.used(dayAndTime(session.last_used_at, language.value));
  return (
    <Row
      lead={<span class="row-icon"><Icon name={session.current ? 'check' : 'key'} /></span>}
      title={session.current ? t.current : used}
      detail={since}
      trail={session.current ? undefined : <Button kind="plain" action={{ label: t.end, run: onEnd, busy }} />}
    />
  );
}
