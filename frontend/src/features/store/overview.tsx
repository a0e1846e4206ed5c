// How the store is doing: what it has taken, what wants a decision, and the ways to everything else.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { isHere, resource, troubleOf, type Resource } from '../../api/loaded';
import type { Page, Store } from '../../api/types';
import { figure, money } from '../../base/money';
import { language, text } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { toast } from '../../base/toast';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { current } from '../../flows/session';
import { useNews } from '../../flows/store/feed';
import { Live, Nothing } from '../../flows/store/live';
import { mayRead, mayWrite } from '../../flows/store/role';
import { Button } from '../../parts/action';
import { Avatar } from '../../parts/avatar';
import { Card, Chevron, Row, Section } from '../../parts/card';
import { DayChart } from '../../parts/chart';
import { Segments } from '../../parts/choice';
import { Icon, type IconName } from '../../parts/icon';
import { Amount } from '../../parts/money';
import { Load, Notice, Skeleton } from '../../parts/notice';
import { SandboxPill } from '../../parts/pill';
import { reportOf } from './state/report';
import type { Sum } from './state/sums';
import { InvoiceRow } from './status';
import type { ListedChange } from './types';
import { listChanges, listInvoices, listRefunds, listUnmatched, stopChange } from './verbs';
import { titleOf, waits } from './waiting';
import { go } from './way';
import { words } from './words';
import './overview.css';

const PERIODS = ['7', '30'] as const;
type Period = (typeof PERIODS)[number];
/** More than these are shown as "so many and more". */
const COUNTED = 20;
const LATEST = 5;

export function Overview({ store }: { store: Store }) {
  const t = words.value.overview;
  const sells = mayWrite(store, 'invoices');
  const [period, setPeriod] = useState<Period>('7');
  const all = useOverview(store, Number(period));
  return (
    <Live title={store.name} quietTitle primary={sells ? { label: t.newSale, run: () => go(store.id, 'stall') } : null}>
      <Head store={store} />
      {store.owner_from !== null && <Notice tone="info" title={words.value.waits.youOwn(dayAndTime(store.owner_from, language.value))}>{words.value.waits.untilThen}</Notice>}
      <Unseen of={[all.inbox, all.toSign, all.changes]} />
      <Attention store={store} inbox={all.inbox} toSign={all.toSign} changes={all.changes} />
      <Card>
        <Segments
          label={t.period} value={period} onChange={setPeriod}
          options={PERIODS.map((days) => ({ value: days, label: t.days(Number(days)) }))}
        />
        <Load of={all.report} skeleton={<div class="takings"><Skeleton hero rows={2} /></div>}>
          {(report) => <Takings report={report} days={Number(period)} />}
        </Load>
      </Card>
      <Load of={all.latest} skeleton={<Card><Skeleton rows={4} /></Card>}>
        {({ data }) =>
          data.length === 0 ? (
            <Nothing icon="receipt" title={t.noInvoices}>{sells ? t.noInvoicesBody : null}</Nothing>
          ) : (
            <Section title={t.recent}>
              {data.map((invoice) => <InvoiceRow key={invoice.id} store={store.id} invoice={invoice} />)}
            </Section>
          )}
      </Load>
    </Live>
  );
}

function Head({ store }: { store: Store }) {
  const t = words.value.overview;
  return (
    <Card>
      <div class="store-head">
        <Avatar name={store.name} icon="shop" />
        <span class="row-main">
          <span class="row-title">{store.name}</span>
          <span class="row-detail">{words.value.role[store.role]}</span>
        </span>
        {current().info.sandbox && <SandboxPill />}
      </div>
      <nav class="tiles" aria-label={t.title}>
        <Tile icon="receipt" label={t.invoices} onPress={() => go(store.id, 'invoices')} />
        <Tile icon="inbox" label={t.inbox} onPress={() => go(store.id, 'inbox')} />
        <Tile icon="return" label={t.refunds} onPress={() => go(store.id, 'refunds')} />
        <Tile icon="gear" label={t.settings} onPress={() => go(store.id, 'settings')} />
      </nav>
    </Card>
  );
}

/** All that the screen shows, looked at again whenever something happens in the store. */
function useOverview(store: Store, days: number) {
  const parts = useMemo(() => ({
    inbox: resource(() => listUnmatched(store.id, { status: 'open', limit: COUNTED })),
    toSign: resource(() => listRefunds(store.id, { status: 'requires_signature', limit: COUNTED })),
    changes: mayRead(store, 'members') ? resource(() => listChanges(store.id)) : null,
    latest: resource(() => listInvoices(store.id, { limit: LATEST })),
  }), [store.id, store.role]);
  const report = useMemo(() => resource(() => reportOf(store.id, days)), [store.id, days]);
  const refresh = () => {
    for (const part of Object.values(parts)) void part?.refresh();
    void report.refresh();
  };
  useEffect(refresh, [parts]);
  useEffect(() => void report.refresh(), [report]);
  useNews(store.id, refresh);
  for (const part of [parts.inbox, parts.toSign, parts.changes, parts.latest, report]) useAgain(part);
  return { ...parts, report };
}

function Tile({ icon, label, onPress }: { icon: IconName; label: string; onPress: () => void }) {
  return (
    <button type="button" class="tile" onClick={onPress}>
      <span class="tile-face"><Icon name={icon} /></span>
      {label}
    </button>
  );
}

function Takings({ report, days }: { report: readonly Sum[]; days: number }) {
  const t = words.value.overview;
  const [chosen, setChosen] = useState<string | null>(null);
  const came = report.filter((sum) => sum.count > 0);
  const shown = came.find((sum) => sum.asset === chosen) ?? came[0] ?? report[0];
  if (!shown) return null;
  return (
    <div class="stack takings">
      <div class="sum">
        <Amount money={money(shown.units, shown.asset, shown.decimals)} size="balance" minFraction={2} maxFraction={4} />
        <p class="caption">{shown.count === 0 ? t.nothing : t.paid(shown.count)}</p>
      </div>
      {came.length > 1 && (
        <Segments label={t.asset} value={shown.asset} onChange={setChosen} options={came.map(({ asset }) => ({ value: asset, label: asset }))} />
      )}
      <Days sum={shown} label={t.chart(shown.asset, days)} />
    </div>
  );
}

function Days({ sum, label }: { sum: Sum; label: string }) {
  const t = words.value;
  const name = new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'short' });
  const today = sum.days.length - 1;
  const days = sum.days.map((day, i) => {
    const { whole, fraction } = figure(day.units, sum.decimals);
    return { name: i === today ? text.value.common.today : name.format(day.start), units: day.units, figure: `${whole}${fraction} ${sum.asset}` };
  });
  return <DayChart days={days} label={label} columns={[t.overview.day, t.amount]} />;
}

/** What wants attention may wait without showing: nothing is told from not known. */
function Unseen({ of }: { of: readonly (Resource<unknown> | null)[] }) {
  const t = words.value.overview;
  const unseen = of.filter((part) => part && troubleOf(part));
  if (unseen.length === 0) return null;
  const look = () => unseen.forEach((part) => void part?.refresh());
  return <Notice tone="warn" title={t.unseen} action={{ label: text.value.common.tryAgain, run: look }}>{t.unseenBody}</Notice>;
}

interface AttentionProps {
  readonly store: Store;
  readonly inbox: Resource<Page<unknown>>;
  readonly toSign: Resource<Page<unknown>>;
  readonly changes: Resource<Page<ListedChange>> | null;
}

function Attention({ store, inbox, toSign, changes }: AttentionProps) {
  const t = words.value.overview;
  const [unmatched, unsigned] = [waiting(inbox), waiting(toSign)];
  const state = changes?.state.value;
  const waitingChanges = state && isHere(state) ? state.ok.data.filter(waits) : [];
  if (!unmatched && !unsigned && waitingChanges.length === 0) return null;
  return (
    <Section title={t.attention}>
      {unmatched && (
        <Row
          lead={<span class="row-icon"><Icon name="inbox" /></span>} title={t.unmatched(unmatched)}
          detail={mayWrite(store, 'unmatched') && t.unmatchedBody}
          trail={<Chevron />} onPress={() => go(store.id, 'inbox')}
        />
      )}
      {unsigned && (
        <Row
          lead={<span class="row-icon"><Icon name="return" /></span>} title={t.toSign(unsigned)}
          detail={mayWrite(store, 'refunds') && t.toSignBody}
          trail={<Chevron />} onPress={() => go(store.id, 'refunds')}
        />
      )}
      {changes && waitingChanges.map((change) => <Waiting key={change.id} store={store} change={change} changes={changes} />)}
    </Section>
  );
}

/** How many, or null for none and for not known. */
function waiting(of: Resource<Page<unknown>>): string | null {
  const state = of.state.value;
  if (!isHere(state) || state.ok.data.length === 0) return null;
  return state.ok.has_more ? `${state.ok.data.length}+` : state.ok.data.length.toString();
}

/** Where more is told of a change, and what it looks like. */
const PLACES: Readonly<Record<ListedChange['kind'], readonly ['payout' | 'members' | 'keys', IconName]>> = {
  payout: ['payout', 'wallet'],
  owner_invited: ['members', 'people'],
  owner_made: ['members', 'people'],
  owner_lowered: ['members', 'people'],
  owner_removed: ['members', 'people'],
  key: ['keys', 'key'],
};

function Waiting({ store, change, changes }: { store: Store; change: ListedChange; changes: Resource<Page<ListedChange>> }) {
  const t = words.value;
  const [place, icon] = PLACES[change.kind];
  const cancel = useChange();
  const run = () => cancel.run(async () => {
    await stopChange(store.id, change.id);
    toast(t.waits.stopped);
    await changes.refresh();
  });
  return (
    <>
      <Row
        lead={<span class="row-icon"><Icon name={icon} /></span>} title={titleOf(change)}
        detail={t.overview.payoutBody(dayAndTime(change.due_at, language.value))} trail={<Chevron />} onPress={() => go(store.id, place)}
      />
      <div class="row-more">
        {mayWrite(store, 'members') && <Button kind="soft" action={{ label: t.waits.stop, run, busy: cancel.busy }} />}
        <Failed change={cancel} />
      </div>
    </>
  );
}
