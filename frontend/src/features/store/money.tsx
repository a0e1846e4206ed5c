// One unrecognised payment: why it is here, what it may have been for, and the decision.
import { useState } from 'preact/hooks';
import { isHere } from '../../api/loaded';
import type { Store } from '../../api/types';
import { shorten } from '../../base/address';
import { format, unitsOf } from '../../base/money';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { toast } from '../../base/toast';
import { useChange, type Change } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite } from '../../flows/store/role';
import { Button } from '../../parts/action';
import { Card, Facts, Section } from '../../parts/card';
import { Field } from '../../parts/choice';
import { Address } from '../../parts/copy';
import { Amount } from '../../parts/money';
import { Load, Notice, Place, Skeleton } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Pill } from '../../parts/pill';
import { RefundList } from './invoice';
import { leftOf } from './state/left';
import { InvoicePill } from './status';
import type { Suggestion, UnmatchedDetail } from './types';
import { attachUnmatched, getUnmatched, ignoreUnmatched, reopenUnmatched } from './verbs';
import { go } from './way';
import { words } from './words';
import './money.css';

const ID_LENGTH = 64;
const NOTE_LENGTH = 500;

export function MoneyDetail({ store, id }: { store: Store; id: string }) {
  const t = words.value;
  const money = useLive(store.id, () => getUnmatched(store.id, id));
  const change = useChange();
  const state = money.state.value;
  const it = isHere(state) ? state.ok : null;
  const decides = mayWrite(store, 'unmatched') && (it?.status === 'open' || it?.status === 'ignored');
  const act = (done: string, run: () => Promise<unknown>) => change.run(async () => {
    await run();
    toast(done);
    await money.refresh();
  });
  const left = it ? leftOf(it.money, it.refunds) : 0n;
  const back = it && decides && mayWrite(store, 'refunds') && it.from !== null && left > 0n;
  const attach = (invoice: string) => act(t.money.attached, () => attachUnmatched(store.id, id, invoice));
  return (
    <Live title={t.money.title} quietTitle secondary={back ? { label: t.money.giveBack, run: () => go(store.id, 'give_back', id) } : null}>
      <Load of={money} skeleton={<Card><Skeleton hero rows={3} /></Card>}>
        {(item) => (
          <>
            <div class="hero">
              <Pill tone={item.status === 'open' ? 'warn' : 'quiet'}>{t.inbox.status[item.status]}</Pill>
              <Amount money={item.money} size="hero" />
              <p class="quiet">{t.inbox.reason[item.reason]}</p>
            </div>
            <Failed change={change} />
            {decides && <Suggestions item={item} change={change} attach={attach} />}
            {decides && item.status === 'open' && <PutAside change={change} ignore={(note) => act(t.money.ignored, () => ignoreUnmatched(store.id, id, note))} />}
            {decides && item.status === 'ignored' && (
              <Button kind="soft" action={{ label: t.money.reopen, busy: change.busy, run: () => act(t.money.reopened, () => reopenUnmatched(store.id, id)) }} />
            )}
            {item.refunds.length > 0 && <RefundList store={store} refunds={item.refunds} />}
            <MoneyFacts store={store} item={item} />
          </>
        )}
      </Load>
    </Live>
  );
}

interface SuggestionsProps {
  readonly item: UnmatchedDetail;
  readonly change: Change;
  readonly attach: (invoice: string) => void;
}

function Suggestions({ item, change, attach }: SuggestionsProps) {
  const t = words.value.money;
  const [byHand, setByHand] = useState('');
  const invoice = byHand.trim();
  return (
    <>
      {item.suggestions.length === 0 ? (
        <Card><Place icon="search" title={t.noIdea}>{t.noIdeaBody}</Place></Card>
      ) : (
        <Section title={t.perhaps}>
          {item.suggestions.map((one) => <Perhaps key={one.invoice} one={one} item={item} change={change} attach={attach} />)}
        </Section>
      )}
      <Card>
        <Field label={t.byHand} placeholder={t.byHandPlaceholder} value={byHand} maxLength={ID_LENGTH} onChange={setByHand} />
      </Card>
      {invoice !== '' && <Attach item={item} change={change} attach={() => attach(invoice)} />}
    </>
  );
}

function Perhaps({ one, item, change, attach }: { one: Suggestion } & SuggestionsProps) {
  const t = words.value.money;
  return (
    <div class="suggestion stack">
      <div>
        <p class="timeline-head">
          {one.description ?? one.external_id ?? shorten(one.invoice)}
          <InvoicePill invoice={{ status: one.status, exception: 'none' }} />
        </p>
        <div class="score" aria-hidden="true"><span style={{ inlineSize: `${one.score}%` }} /></div>
        <p class="clues"><b>{t.score(one.score)}</b> · {one.clues.map((clue) => t.clue[clue]).join(' · ')}</p>
      </div>
      <Facts
        facts={[
          unitsOf(one.remaining) > 0n && { name: words.value.invoice.remaining, value: <bdi dir="ltr">{format(one.remaining)}</bdi> },
          { name: words.value.invoice.id, value: <Address value={one.invoice} label={words.value.invoice.id} /> },
        ]}
      />
      {one.attachable && <Attach item={item} change={change} attach={() => attach(one.invoice)} />}
    </div>
  );
}

/** It cannot be undone, so it asks. */
function Attach({ item, change, attach }: { item: UnmatchedDetail; change: Change; attach: () => void }) {
  const t = words.value;
  return (
    <AskFirst
      label={t.money.attach} kind="soft" title={t.money.attachAsk(format(item.money))} body={t.money.attachBody} confirm={t.money.attachConfirm}
      keep={t.keep} busy={change.busy} onConfirm={attach}
    />
  );
}

function PutAside({ change, ignore }: { change: Change; ignore: (note: string) => void }) {
  const t = words.value.money;
  const [note, setNote] = useState('');
  return (
    <>
      <Card>
        <Field label={t.ignoreNote} placeholder={t.ignorePlaceholder} value={note} maxLength={NOTE_LENGTH} onChange={setNote} />
      </Card>
      <Button kind="soft" action={{ label: t.ignore, busy: change.busy, run: () => ignore(note.trim()) }} />
    </>
  );
}

function MoneyFacts({ store, item }: { store: Store; item: UnmatchedDetail }) {
  const t = words.value;
  const { settlement, decision, invoice } = item;
  return (
    <>
      {decision?.note && <Notice tone="info" title={decision.note} />}
      <Card>
        <Facts
          facts={[
            { name: t.comment, value: item.comment ?? t.money.noComment },
            item.comment !== null && !item.comment_counts && { name: t.money.note, value: t.money.commentDoesNotCount },
            item.from !== null && { name: t.from, value: <Address value={item.from} label={t.from} /> },
            invoice !== null && {
              name: item.status === 'attached' ? t.money.invoice : t.money.named,
              value: <button type="button" class="link" onClick={() => go(store.id, 'invoice', invoice)}>{shorten(invoice)}</button>,
            },
            { name: t.when, value: dayAndTime(settlement.at, language.value) },
            { name: t.block, value: <bdi dir="ltr">{settlement.block}</bdi> },
            { name: t.logicalTime, value: <Address value={settlement.lt} label={t.logicalTime} /> },
            { name: t.transaction, value: <Address value={settlement.hash} label={t.transaction} /> },
          ]}
        />
      </Card>
    </>
  );
}
