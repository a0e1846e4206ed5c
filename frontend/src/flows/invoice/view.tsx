// An invoice as its payer sees it, in the Mini App and on the pay page alike.
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../api/client';
import { patience } from '../../api/remit';
import type { Accepted, InvoiceFiat, PublicInvoice } from '../../api/types';
import { until } from '../../base/clock';
import { unitsOf, format, worth, written, type Money } from '../../base/money';
import { language, text } from '../../base/text';
import { countdown, day, dayAndTime, elapsed } from '../../base/text/when';
import { Avatar } from '../../parts/avatar';
import { Card, Facts } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Amount } from '../../parts/money';
import { Notice, Place } from '../../parts/notice';
import { explain } from '../../parts/problems';
import { Steps, type StepView } from '../../parts/steps';
import { Tick } from '../../parts/tick';
import { flowText } from '../words';
import { came, isStarred, isStarsOnly, isRateOver, missing, rateLeft, type Renewing } from './invoices';
import { invoiceText } from './words';
import './view.css';
import '../../parts/countdown.css';

/** `of`: the asset somebody is about to pay in. */
export function InvoiceHero({ invoice, of = main(invoice) }: { invoice: PublicInvoice; of?: Accepted | undefined }) {
  const t = invoiceText.value;
  const paid = invoice.status === 'paid';
  const named = invoice.open_amount && !paid;
  const starsOnly = isStarsOnly(invoice);
  const rate = of?.rate ?? invoice.fiat;
  const over = invoice.status === 'expired' || invoice.status === 'void';
  const cost = starsOnly ? (invoice.stars?.price ?? null) : paid ? settled(invoice) : (of?.money ?? invoice.money);
  const also = !starsOnly && invoice.stars && invoice.status === 'open' ? invoice.stars.price : null;
  return (
    <div class="hero">
      {paid ? <Tick /> : <Avatar name={invoice.shop.name} size="large" icon="shop" />}
      <p class="quiet">{paid || over || !cost ? invoice.shop.name : named ? t.fromOpen(invoice.shop.name) : t.from(invoice.shop.name)}</p>
      {!named && cost && (
        <span class={over || isRateOver(invoice) ? 'struck' : undefined}>
          <Amount money={cost} size="hero" />
        </span>
      )}
      {also && <p class="price">{t.orStars(format(also))}</p>}
      {invoice.fiat && rate && !starsOnly && <Price fiat={invoice.fiat} asset={of?.asset ?? invoice.money.asset} rate={'value' in rate ? rate.value : rate.rate} />}
      {invoice.description && <p class="hero-note">{invoice.description}</p>}
      <p class="bound">{t.bound(day(invoice.shop.wallet_since, language.value))}</p>
    </div>
  );
}

/** The asset it is made out in, or the one that has paid it alone. */
function main(invoice: PublicInvoice): Accepted | undefined {
  const paid = invoice.accepted.filter((a) => unitsOf(a.received) > 0n);
  return paid.length === 1 ? paid[0] : invoice.accepted[0];
}

/** What the payment came to, in the asset it came in. */
function settled(invoice: PublicInvoice): Money {
  if (invoice.stars && isStarred(invoice) && unitsOf(invoice.received) === 0n) return invoice.stars.price;
  const of = main(invoice);
  return of && unitsOf(of.received) > 0n && (invoice.open_amount || of.asset !== invoice.money.asset) ? of.received : invoice.money;
}

/** What the shop has named as its price, and the rate that made it the figure above. */
export function Price({ fiat, asset, rate }: { fiat: InvoiceFiat; asset: string; rate: string }) {
  return (
    <p class="price">
      <bdi dir="ltr">{written(fiat.amount, fiat.currency)}</bdi>
      <small>
        {invoiceText.value.rateFixed} <bdi dir="ltr">{worth(asset, rate, fiat.currency)}</bdi>
      </small>
    </p>
  );
}

const SOON_MS = 120_000;

/** Milliseconds until the end, by the service's clock. Without end as long as its time is not known. */
export function timeLeft(invoice: PublicInvoice): number {
  return until(invoice.expires_at);
}

/** Time left, while the invoice can be paid. */
export function InvoiceCountdown({ invoice }: { invoice: PublicInvoice }) {
  const [left, held] = [timeLeft(invoice), rateLeft(invoice) ?? Infinity];
  const time = Math.min(left, held);
  if (invoice.status !== 'open' || time <= 0 || time === Infinity) return null;
  const words = held < left ? invoiceText.value.rate.held : invoiceText.value.until;
  return <p class={time < SOON_MS ? 'countdown countdown-soon' : 'countdown'}>{words(countdown(time))}</p>;
}

/** The sum does not hold any more: the rest is reckoned anew for whoever wants to pay. Once asked for, it is asked for until it is there. */
export function RateOver({ renewing: { problem, renew, busy } }: { renewing: Renewing }) {
  const failures = useRef(0);
  useEffect(() => {
    if (!problem || busy) return undefined;
    const timer = setTimeout(renew, patience(problem, failures.current));
    failures.current += 1;
    return () => clearTimeout(timer);
  }, [problem, busy]);
  const [title, body] = overWords(problem);
  return <Notice tone="warn" title={title} action={{ label: invoiceText.value.rate.renew, run: renew, busy }}>{body}</Notice>;
}

function overWords(problem: Problem | null): readonly [string, string] {
  const t = invoiceText.value.rate;
  if (!problem) return [t.over, t.overBody];
  return problem.slug === 'rate-unavailable' ? [t.none, t.noneBody] : [explain(problem, text.value).happened, t.awayBody];
}

/** Where it stands, and what the shop says to whoever has paid. */
export function InvoiceState({ invoice }: { invoice: PublicInvoice }) {
  return (
    <>
      <Standing invoice={invoice} />
      {invoice.has_paid_message && invoice.status === 'paid' && (
        <Card>
          <p class="quiet">{invoiceText.value.message(invoice.shop.name)}</p>
          <p class="paid-message" dir="auto">{invoice.paid_message ?? invoiceText.value.forPayer}</p>
        </Card>
      )}
    </>
  );
}

/** In words, when it is anything but "waiting to be paid". */
function Standing({ invoice }: { invoice: PublicInvoice }) {
  const t = invoiceText.value;
  const shop = invoice.shop.name;
  const received = came(invoice);
  if (invoice.stars && invoice.stars.refunded.units !== '0') {
    return <Notice tone="info" title={t.starsReturned}>{t.starsReturnedBody(shop, format(invoice.stars.refunded))}</Notice>;
  }
  switch (invoice.status) {
    case 'open':
      if (timeLeft(invoice) <= 0) return <Notice tone="warn" title={t.closing}>{t.closingBody}</Notice>;
      if (invoice.exception === 'late') return <Notice tone="warn" title={invoiceText.value.rate.none}>{t.lateBody(shop)}</Notice>;
      if (invoice.exception !== 'underpaid') return null;
      return <Notice tone="warn" title={t.underpaid}>{t.underpaidBody(received, missing(invoice))}</Notice>;
    case 'processing':
      return null;
    case 'paid':
      if (invoice.exception === 'overpaid') return <Notice tone="warn" title={t.overpaid}>{t.overpaidBody(shop, received)}</Notice>;
      if (invoice.exception === 'late') return <Notice tone="warn" title={t.late}>{t.lateBody(shop)}</Notice>;
      return <Notice tone="good" title={invoice.open_amount ? t.given : t.paid}>{isStarred(invoice) ? t.paidStarsBody(shop) : t.paidBody(shop)}</Notice>;
    case 'expired':
      return <Expired invoice={invoice} />;
    case 'void':
      return <Card><Place icon="cross" title={t.void}>{t.voidBody(shop)}</Place></Card>;
  }
}

function Expired({ invoice }: { invoice: PublicInvoice }) {
  const t = invoiceText.value;
  const shop = invoice.shop.name;
  if (invoice.exception === 'late') return <Notice tone="warn" title={t.late}>{t.lateBody(shop)}</Notice>;
  const partly = unitsOf(invoice.received) > 0n;
  return (
    <Card>
      <Place icon="clock" title={t.expired}>
        {partly ? t.expiredPartly(shop, came(invoice)) : t.expiredBody(shop)}
      </Place>
    </Card>
  );
}

/** Seen, confirmed, final; nothing before money is on its way. `signed` when this page has seen the wallet agree. */
export function InvoiceSteps({ invoice, signed }: { invoice: PublicInvoice; signed: boolean }) {
  const { progress, status } = invoice;
  const settled = status === 'paid';
  // Stars take no steps: Telegram says once that it has them.
  if (isStarred(invoice) && progress.length === 0) return null;
  if (!settled && status !== 'processing' && !(signed && status === 'open')) return null;
  const t = flowText.value.progress;
  const at = (state: 'seen' | 'confirmed' | 'final') => progress.find((s) => s.state === state);
  const titles = { seen: [t.seen, t.seenBody], confirmed: [t.confirmed, t.confirmedBody(at('confirmed')?.block ?? null)], final: [t.final, settled ? t.finalBody(at('final')?.block ?? null) : t.finalNext] } as const;
  const order = ['seen', 'confirmed', 'final'] as const;
  const reached = settled ? 2 : order.reduce((last, state, i) => (at(state) ? i : last), -1);
  const times = elapsed(order.map((state) => at(state)?.at ?? null));
  const steps = order.map((state, i): StepView => {
    const seconds = times[i] ?? null;
    const [title, detail] = titles[state];
    return {
      title,
      detail,
      state: i <= reached ? 'done' : i === reached + 1 ? 'now' : 'next',
      seconds: seconds && t.seconds(seconds),
    };
  });
  return <Card><Steps steps={steps} /></Card>;
}

export function InvoiceFacts({ invoice }: { invoice: PublicInvoice }) {
  const t = invoiceText.value;
  const partial = unitsOf(invoice.received) > 0n && invoice.exception !== 'none';
  const mixed = invoice.accepted.filter((a) => unitsOf(a.received) > 0n).length > 1;
  return (
    <Card>
      <Facts
        facts={[
          partial && { name: t.total, value: <bdi dir="ltr">{invoice.accepted.map((a) => format(a.money)).join(t.or)}</bdi> },
          (partial || mixed) && { name: t.received, value: <bdi dir="ltr">{came(invoice)}</bdi> },
          invoice.exception === 'underpaid' && invoice.status !== 'paid' && { name: t.remaining, value: <bdi dir="ltr">{missing(invoice)}</bdi> },
          invoice.paid_at !== null && { name: flowText.value.receipt.when, value: dayAndTime(invoice.paid_at, language.value) },
          invoice.status !== 'expired' && invoice.status !== 'void' && !isRateOver(invoice) && invoice.address !== null && { name: t.address, value: <Address value={invoice.address} label={t.address} /> },
          { name: t.title, value: <Address value={invoice.id} label={t.title} /> },
        ]}
      />
    </Card>
  );
}
