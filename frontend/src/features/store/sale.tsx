// The code on the counter: followed live, green when the money is final.
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../api/client';
import { isHere } from '../../api/loaded';
import { isSignIn } from '../../api/remit';
import type { Store } from '../../api/types';
import { format, plain, unitsOf } from '../../base/money';
import { telegram } from '../../base/telegram';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { due } from '../../flows/invoice/invoices';
import { InvoiceCountdown, Price } from '../../flows/invoice/view';
import { shareLink } from '../../flows/share';
import { late } from '../../flows/store/feed';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite } from '../../flows/store/role';
import type { Action } from '../../parts/action';
import { Card } from '../../parts/card';
import { Amount } from '../../parts/money';
import { Load, Notice, Skeleton } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Qr } from '../../parts/qr';
import { Tick } from '../../parts/tick';
import type { Invoice } from './types';
import { createInvoice, getStoreInvoice, voidInvoice } from './verbs';
import { go, toTill, turn } from './way';
import { words } from './words';
import '../../parts/waiting.css';
import './sale.css';

export function Sale({ store, id }: { store: Store; id: string }) {
  const invoice = useLive(store.id, () => getStoreInvoice(store.id, id));
  const state = invoice.state.value;
  useFeedback(isHere(state) ? state.ok : null);
  if (isHere(state)) return <SaleView store={store} invoice={state.ok} stale={isLate(state.stale)} changed={invoice.set} />;
  return (
    <Live title={words.value.sale.title} quietTitle>
      <Load of={invoice} skeleton={<Card><Skeleton hero rows={2} /></Card>}>{() => null}</Load>
    </Live>
  );
}

/** Whether it may have been paid without this screen having heard of it. An ended sign-in is told above. */
function isLate(stale: Problem | null): boolean {
  return late.value !== null || (stale !== null && !isSignIn(stale));
}

/** The hand that holds the phone feels what has happened. */
function useFeedback(invoice: Invoice | null): void {
  const last = useRef<string | null>(null);
  const now = invoice && `${invoice.status} ${invoice.exception}`;
  useEffect(() => {
    if (invoice && last.current !== null && last.current !== now) {
      if (invoice.status === 'paid') telegram?.haptic('success');
      else if (invoice.exception !== 'none') telegram?.haptic('warning');
    }
    last.current = now;
  }, [now]);
}

interface ViewProps {
  readonly store: Store;
  readonly invoice: Invoice;
  readonly stale: boolean;
  readonly changed: (invoice: Invoice) => void;
}

function SaleView({ store, invoice, stale, changed }: ViewProps) {
  const t = words.value;
  const change = useChange();
  const again = useAgain(store, invoice);
  const sells = mayWrite(store, 'invoices');
  const open = invoice.status === 'open';
  const share = () => shareLink(invoice.app_url, t.invoice.shareText(format(due(invoice)), store.name));
  const next: Action | null = sells ? { label: t.sale.next, run: () => toTill(store.id) } : null;
  const secondary: Action | null = invoice.status === 'expired' && sells && unitsOf(invoice.received) === 0n
    ? { label: t.sale.again, run: again.run, busy: again.change.busy }
    : invoice.status === 'open' ? null : { label: t.sale.open, run: () => go(store.id, 'invoice', invoice.id) };
  return (
    <Live
      title={t.sale.title} quietTitle tall old={stale && invoice.status !== 'paid'} warning={t.sale.staleBody}
      primary={open ? { label: t.sale.share, run: share } : invoice.status === 'processing' ? null : next}
      secondary={secondary}
    >
      {invoice.status === 'paid' ? <Done invoice={invoice} /> : <Counter invoice={invoice} />}
      <Failed change={change} />
      <Failed change={again.change} />
      {open && sells && (
        <AskFirst
          label={t.sale.withdraw} title={t.invoice.voidAsk} body={t.invoice.voidBody} keep={t.keep} busy={change.busy}
          onConfirm={() => change.run(async () => changed(await voidInvoice(store.id, invoice.id)))}
        />
      )}
    </Live>
  );
}

/** The same sale once more, for a customer who was too slow. */
function useAgain(store: Store, invoice: Invoice) {
  const change = useChange();
  const run = () => change.run(async (key) => {
    const { fiat, money, description } = invoice;
    const price = fiat ? { fiat: { amount: fiat.amount, currency: fiat.currency } } : { amount: plain(unitsOf(money), money.decimals) };
    const next = await createInvoice(store.id, { asset: money.asset, ...price, ...(description !== null && { description }) }, key);
    turn(store.id, 'sale', next.id);
  });
  return { change, run };
}

function Done({ invoice }: { invoice: Invoice }) {
  const t = words.value.sale;
  return (
    <section class="done" role="status">
      <Tick />
      <Amount money={invoice.money} size="hero" />
      <p class="place-title">{t.paid}</p>
      {invoice.description && <p class="hero-note">{invoice.description}</p>}
      <p class="place-text">{howPaid(invoice)}</p>
    </section>
  );
}

function howPaid(invoice: Invoice): string {
  const t = words.value.sale;
  const received = format(invoice.received);
  switch (invoice.exception) {
    case 'overpaid':
      return t.over(received);
    case 'underpaid':
      return t.underAccepted(received);
    case 'late':
      return invoice.accepted_by_hand ? t.lateAccepted : t.paidBody;
    case 'none':
      return t.paidBody;
  }
}

function Counter({ invoice }: { invoice: Invoice }) {
  const t = words.value.sale;
  const open = invoice.status === 'open';
  return (
    <>
      <div class="hero sale-hero">
        <Amount money={due(invoice)} size="hero" />
        {invoice.fiat && <Price fiat={invoice.fiat} asset={invoice.money.asset} rate={invoice.fiat.rate} />}
        {invoice.description && <p class="hero-note">{invoice.description}</p>}
        <InvoiceCountdown invoice={invoice} />
      </div>
      <Standing invoice={invoice} />
      {open && (
        <section class="card sale-code" aria-label={t.scan}>
          <Qr value={invoice.pay_url} label={t.qr} />
          <p class="place-text">{t.scan}</p>
        </section>
      )}
    </>
  );
}

/** Where it stands, when that is anything but "waiting to be paid". */
function Standing({ invoice }: { invoice: Invoice }) {
  const t = words.value.sale;
  const received = format(invoice.received);
  const partly = unitsOf(invoice.received) > 0n;
  switch (invoice.status) {
    case 'open':
      return invoice.exception === 'underpaid' ? <Notice tone="warn" title={t.under}>{t.underBody(received, format(invoice.remaining))}</Notice> : null;
    case 'processing':
      return (
        <section class="card waiting" aria-live="polite">
          <span class="spinner spinner-large" aria-hidden="true" />
          <p class="place-title">{t.processing}</p>
          <p class="place-text">{t.processingBody}</p>
        </section>
      );
    case 'expired':
      if (invoice.exception === 'late') return <Notice tone="warn" title={t.late}>{t.lateBody(received)}</Notice>;
      return <Notice tone="warn" title={t.expired}>{partly ? t.expiredPartly(received) : t.expiredBody}</Notice>;
    case 'void':
      return <Notice tone={partly ? 'warn' : 'info'} title={partly ? t.late : t.void}>{partly ? t.lateBody(received) : t.voidBody}</Notice>;
    case 'paid':
      return null;
  }
}
