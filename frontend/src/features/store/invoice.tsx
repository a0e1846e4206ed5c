// One invoice as its merchant needs it: where it stands, what came, what happened, and what can be done about it.
import { useEffect, useMemo } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { isHere, resource } from '../../api/loaded';
import type { Store } from '../../api/types';
import { format, unitsOf, written } from '../../base/money';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { useChange, type Change } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { Price } from '../../flows/invoice/view';
import { invoiceText } from '../../flows/invoice/words';
import { shareLink } from '../../flows/share';
import { useNews } from '../../flows/store/feed';
import { Live } from '../../flows/store/live';
import { mayWrite } from '../../flows/store/role';
import type { Action } from '../../parts/action';
import { Card, Facts, Row, Section } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Icon } from '../../parts/icon';
import { Amount } from '../../parts/money';
import { Load, Notice, Skeleton, type Tone } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { leftOf } from './state/left';
import { InvoicePill, momentOf, RefundPill } from './status';
import { Timeline } from './timeline';
import type { Invoice, RefundBrief } from './types';
import { acceptInvoice, getStoreInvoice, getTimeline, voidInvoice } from './verbs';
import { go } from './way';
import { words } from './words';

export function InvoiceDetail({ store, id }: { store: Store; id: string }) {
  const { invoice, timeline } = useMemo(() => ({
    invoice: resource(() => getStoreInvoice(store.id, id)),
    timeline: resource(() => getTimeline(store.id, id)),
  }), [store.id, id]);
  const refresh = () => void Promise.all([invoice.refresh(), timeline.refresh()]);
  useEffect(refresh, [invoice]);
  useNews(store.id, refresh);
  useAgain(invoice);
  useAgain(timeline);
  const change = useChange();
  const state = invoice.state.value;
  if (!isHere(state)) {
    return (
      <Live title={words.value.invoice.title} quietTitle>
        <Load of={invoice} skeleton={<Card><Skeleton hero rows={3} /></Card>}>{() => null}</Load>
      </Live>
    );
  }
  const act = (run: () => Promise<Invoice>) => change.run(async () => {
    invoice.set(await run());
    await timeline.refresh();
  });
  const it = state.ok;
  return (
    <Live title={words.value.invoice.title} quietTitle primary={showOf(store, it)} secondary={shareOf(store, it)}>
      <Load of={invoice} skeleton={null}>{() => <Head invoice={it} />}</Load>
      <Failed change={change} />
      <Accept store={store} invoice={it} change={change} accept={() => act(() => acceptInvoice(store.id, id))} />
      <Payments store={store} invoice={it} />
      {it.refunds.length > 0 && <RefundList store={store} refunds={it.refunds} />}
      <InvoiceTerms invoice={it} />
      <Load of={timeline} skeleton={<Card><Skeleton rows={3} /></Card>}>{({ data }) => <Timeline entries={data} />}</Load>
      {it.status === 'open' && mayWrite(store, 'invoices') && (
        <AskFirst
          label={words.value.invoice.void} title={words.value.invoice.voidAsk} body={words.value.invoice.voidBody} keep={words.value.keep}
          busy={change.busy} onConfirm={() => act(() => voidInvoice(store.id, id))}
        />
      )}
    </Live>
  );
}

function showOf(store: Store, invoice: Invoice): Action | null {
  return invoice.status === 'open' ? { label: words.value.invoice.show, run: () => go(store.id, 'sale', invoice.id) } : null;
}

function shareOf(store: Store, invoice: Invoice): Action | null {
  if (invoice.status !== 'open') return null;
  const t = words.value.invoice;
  return { label: t.share, run: () => shareLink(invoice.app_url, t.shareText(format(invoice.money), store.name)) };
}

function Head({ invoice }: { invoice: Invoice }) {
  const { tone, say } = standing(invoice);
  return (
    <>
      <div class="hero">
        <InvoicePill invoice={invoice} />
        <Amount money={invoice.money} size="hero" />
        {invoice.fiat && <Price fiat={invoice.fiat} asset={invoice.money.asset} rate={invoice.fiat.rate} />}
        {invoice.description && <p class="hero-note">{invoice.description}</p>}
      </div>
      <Notice tone={tone} title={say}>{invoice.accepted_by_hand ? words.value.invoice.byHand : null}</Notice>
    </>
  );
}

/** Its state and what is wrong with it, as one sentence. */
function standing(invoice: Invoice): { tone: Tone; say: string } {
  const t = words.value.invoice.say;
  const received = format(invoice.received);
  const some = unitsOf(invoice.received) > 0n;
  switch (invoice.status) {
    case 'open':
      return some ? { tone: 'warn', say: t.underpaid(received, format(invoice.remaining)) } : { tone: 'info', say: t.openBody };
    case 'processing':
      return { tone: 'info', say: t.processing };
    case 'paid':
      if (invoice.exception === 'overpaid') return { tone: 'warn', say: t.overpaid(received) };
      if (invoice.exception === 'late') return { tone: 'warn', say: t.latePaid };
      if (invoice.exception === 'underpaid') return { tone: 'warn', say: t.underpaidPaid(received) };
      return { tone: 'good', say: t.paid };
    case 'expired':
      if (invoice.exception === 'late') return { tone: 'warn', say: t.late(received) };
      return some ? { tone: 'warn', say: t.expiredPartly(received) } : { tone: 'info', say: t.expired };
    case 'void':
      return some ? { tone: 'warn', say: t.late(received) } : { tone: 'info', say: t.void };
  }
}

interface AcceptProps {
  readonly store: Store;
  readonly invoice: Invoice;
  readonly change: Change;
  readonly accept: () => void;
}

function Accept({ store, invoice, change, accept }: AcceptProps) {
  const t = words.value.invoice;
  if (invoice.status === 'paid' || unitsOf(invoice.received) === 0n || !mayWrite(store, 'invoices')) return null;
  return (
    <AskFirst
      label={t.accept} kind="soft" title={t.acceptAsk(format(invoice.received))} body={t.acceptBody} confirm={t.acceptConfirm} keep={words.value.keep} busy={change.busy}
      onConfirm={accept}
    />
  );
}

function Payments({ store, invoice }: { store: Store; invoice: Invoice }) {
  const t = words.value;
  if (invoice.payments.length === 0) return null;
  return (
    <Section title={t.invoice.payments}>
      {invoice.payments.map((payment) => {
        const left = leftOf(payment.money, invoice.refunds.filter((refund) => refund.payment === payment.id));
        return (
          <div key={payment.id} class="part">
            <Row
              lead={<span class="row-icon"><Icon name="down" /></span>}
              title={<Amount money={payment.money} size="row" />}
              detail={payment.late ? `${momentOf(payment.at)} · ${t.invoice.late}` : momentOf(payment.at)}
              trail={mayWrite(store, 'refunds') && left > 0n && (
                <button type="button" class="link" onClick={() => go(store.id, 'give_back', `${invoice.id} ${payment.id}`)}>{t.invoice.giveBack}</button>
              )}
            />
            <Facts
              facts={[
                payment.from !== null && { name: t.from, value: <Address value={payment.from} label={t.from} /> },
                payment.fiat_value && { name: t.invoice.worth, value: <bdi dir="ltr">{written(payment.fiat_value.amount, payment.fiat_value.currency)}</bdi> },
                { name: t.transaction, value: <Address value={payment.hash} label={t.transaction} /> },
              ]}
            />
          </div>
        );
      })}
    </Section>
  );
}

export function RefundList({ store, refunds }: { store: Store; refunds: readonly RefundBrief[] }) {
  return (
    <Section title={words.value.invoice.refunds}>
      {refunds.map((refund) => <RefundRow key={refund.id} store={store} refund={refund} />)}
    </Section>
  );
}

export function RefundRow({ store, refund }: { store: Store; refund: RefundBrief }) {
  return (
    <Row
      lead={<span class="row-icon"><Icon name="return" /></span>}
      title={<Amount money={refund.money} size="row" />}
      detail={refund.reason ?? momentOf(refund.created_at)}
      trail={<RefundPill status={refund.status} />}
      onPress={() => go(store.id, 'refund', refund.id)}
    />
  );
}

function InvoiceTerms({ invoice }: { invoice: Invoice }) {
  const t = words.value.invoice;
  const partly = unitsOf(invoice.received) > 0n;
  const day = (iso: string) => dayAndTime(iso, language.value);
  const money = (of: Invoice['money']) => <bdi dir="ltr">{format(of)}</bdi>;
  const metadata = Object.entries(invoice.metadata);
  return (
    <Card>
      <Facts
        facts={[
          partly && { name: t.received, value: money(invoice.received) },
          unitsOf(invoice.remaining) > 0n && partly && { name: t.remaining, value: money(invoice.remaining) },
          unitsOf(invoice.refunded) > 0n && { name: t.refunded, value: money(invoice.refunded) },
          { name: t.created, value: day(invoice.created_at) },
          invoice.paid_at === null ? { name: t.until, value: day(invoice.expires_at) } : { name: t.paid, value: day(invoice.paid_at) },
          invoice.external_id !== null && { name: t.number, value: invoice.external_id },
          invoice.reference !== null && { name: t.reference, value: <Address value={invoice.reference} label={t.reference} /> },
          invoice.address !== null && { name: invoiceText.value.address, value: <Address value={invoice.address} label={invoiceText.value.address} /> },
          { name: t.id, value: <Address value={invoice.id} label={t.id} /> },
          metadata.length > 0 && { name: t.metadata, value: metadata.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ') },
        ]}
      />
    </Card>
  );
}
