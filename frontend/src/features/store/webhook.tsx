// One webhook address: whether it answers, what it was told, and the switches.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { isHere, resource } from '../../api/loaded';
import type { Store } from '../../api/types';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { toast } from '../../base/toast';
import { useChange, type Change } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { useNews } from '../../flows/store/feed';
import { Live } from '../../flows/store/live';
import { mayWrite } from '../../flows/store/role';
import { Button } from '../../parts/action';
import { Card, Facts, Row, Section } from '../../parts/card';
import { Load, Notice, Skeleton } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Pill } from '../../parts/pill';
import { back } from '../../router';
import { Secret } from './secret';
import { momentOf } from './status';
import type { Delivery, Endpoint } from './types';
import { getEndpoint, listDeliveries, pingEndpoint, redeliver, removeEndpoint, rotateSecret, switchEndpoint } from './verbs';
import { EndpointPill } from './webhooks';
import { words } from './words';

const SHOWN = 20;
/** What a server answers to a message is no event of the store, so it is asked for. */
const LOOK_MS = 4_000;

export function WebhookDetail({ store, id }: { store: Store; id: string }) {
  const t = words.value.webhooks;
  const { endpoint, deliveries } = useParts(store.id, id);
  const change = useChange();
  const [secret, setSecret] = useState<string | null>(null);
  const state = endpoint.state.value;
  const it = isHere(state) ? state.ok : null;
  const writes = mayWrite(store, 'webhooks');
  if (secret !== null) return <Secret title={t.once} body={t.onceBody} value={secret} done={() => { setSecret(null); void endpoint.refresh(); }} />;

  const ping = () => change.run(async (key) => {
    await pingEndpoint(store.id, id, key);
    toast(t.tested);
    await deliveries.refresh();
  });
  return (
    <Live title={t.title} primary={writes && it?.status === 'enabled' ? { label: t.test, run: ping, busy: change.busy } : null}>
      <Load of={endpoint} skeleton={<Card><Skeleton rows={2} /></Card>}>
        {(item) => (
          <>
            <Head endpoint={item} />
            <Failed change={change} />
            <Section title={t.deliveries}>
              <Load of={deliveries} skeleton={<Skeleton rows={3} />}>
                {({ data }) => (
                  <>
                    {data.length === 0 && <p class="quiet">{t.noDeliveries}</p>}
                    {data.map((one) => <DeliveryRow key={one.id} store={store} item={one} writes={writes} changed={() => void deliveries.refresh()} />)}
                  </>
                )}
              </Load>
            </Section>
            {writes && <Switches store={store} endpoint={item} change={change} changed={endpoint.set} made={setSecret} />}
          </>
        )}
      </Load>
    </Live>
  );
}

function useParts(store: string, id: string) {
  const parts = useMemo(() => ({
    endpoint: resource(() => getEndpoint(store, id)),
    deliveries: resource(() => listDeliveries(store, { endpoint: id, limit: SHOWN })),
  }), [store, id]);
  const refresh = () => {
    void parts.endpoint.refresh();
    void parts.deliveries.refresh();
  };
  useEffect(() => {
    refresh();
    const timer = setInterval(() => document.hidden || void parts.deliveries.refresh('quietly'), LOOK_MS);
    return () => clearInterval(timer);
  }, [parts]);
  useNews(store, refresh);
  useAgain(parts.endpoint);
  return parts;
}

function Head({ endpoint }: { endpoint: Endpoint }) {
  const t = words.value.webhooks;
  return (
    <>
      <Card>
        <Row
          title={<bdi dir="ltr">{endpoint.url}</bdi>}
          detail={endpoint.types.length === 0 ? t.everything.title : t.types(endpoint.types.length)}
          trail={<EndpointPill endpoint={endpoint} />}
        />
      </Card>
      {endpoint.status === 'disabled' && endpoint.reason !== null && <Notice tone="warn" title={t.reason[endpoint.reason]} />}
      {endpoint.status === 'enabled' && endpoint.failing_since !== null && <Notice tone="warn" title={t.failing(dayAndTime(endpoint.failing_since, language.value))} />}
    </>
  );
}

function DeliveryRow({ store, item, writes, changed }: { store: Store; item: Delivery; writes: boolean; changed: () => void }) {
  const t = words.value.webhooks;
  const [open, setOpen] = useState(false);
  const change = useChange();
  const last = item.attempts[item.attempts.length - 1];
  const answer = last === undefined ? t.attempts(item.attempt_count) : last.response_status === null ? t.noAnswer : t.answer(last.response_status);
  const again = () => change.run(async (key) => {
    await redeliver(store.id, item.id, key);
    toast(t.redelivered);
    changed();
  });
  const tones = { due: 'info', delivered: 'good', dead: 'bad' } as const;
  return (
    <>
      <Row
        title={<bdi dir="ltr">{item.type}</bdi>} detail={`${momentOf(item.created_at)} · ${answer}`}
        trail={<Pill tone={tones[item.status]}>{t.delivery[item.status]}</Pill>} onPress={() => setOpen(!open)}
      />
      {open && (
        <div class="row-more">
          <Facts
            facts={[
              { name: words.value.status, value: `${t.delivery[item.status]} · ${t.attempts(item.attempt_count)}` },
              item.note !== null && { name: words.value.why, value: item.note },
              item.next_attempt_at !== null && { name: words.value.when, value: t.next(dayAndTime(item.next_attempt_at, language.value)) },
            ]}
          />
          {last?.response_body && <p class="secret"><bdi dir="ltr">{last.response_body}</bdi></p>}
          <Failed change={change} />
          {writes && <Button kind="soft" action={{ label: t.redeliver, run: again, busy: change.busy }} />}
        </div>
      )}
    </>
  );
}

interface SwitchesProps {
  readonly store: Store;
  readonly endpoint: Endpoint;
  readonly change: Change;
  readonly changed: (endpoint: Endpoint) => void;
  readonly made: (secret: string) => void;
}

function Switches({ store, endpoint: { id, status }, change, changed, made }: SwitchesProps) {
  const t = words.value.webhooks;
  const on = status === 'enabled';
  const toggle = () => change.run(async () => changed(await switchEndpoint(store.id, id, !on)));
  const rotate = () => change.run(async (key) => made((await rotateSecret(store.id, id, key)).secret));
  const remove = () => change.run(async () => {
    await removeEndpoint(store.id, id);
    back();
  });
  return (
    <>
      <Button kind="soft" action={{ label: on ? t.disable : t.enable, run: toggle, busy: change.busy }} />
      <AskFirst label={t.rotate} kind="soft" title={t.rotateAsk} body={t.rotateBody} keep={words.value.keep} busy={change.busy} onConfirm={rotate} />
      <AskFirst label={t.remove} title={t.removeAsk} body={t.removeBody} keep={words.value.keep} busy={change.busy} onConfirm={remove} />
    </>
  );
}
