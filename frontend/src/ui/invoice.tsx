// An invoice as its payer sees it, in the Mini App and on the pay page alike.
import { unitsOf, format, worth, written } from '../money';
import { isStarred, isStarsOnly, price, received as came } from '../state/invoices';
import type { InvoiceFiat, PublicInvoice } from '../api/types';
import { now } from '../state/clock';
import { language, text } from '../text';
import { countdown, dayAndTime, elapsed } from '../text/when';
import { Avatar } from './avatar';
import { Card, Facts } from './card';
import { Address } from './copy';
import { Amount } from './money';
import { Notice, Place } from './notice';
import { Steps, type StepView } from './steps';
import { Tick } from './tick';

export function InvoiceHero({ invoice }: { invoice: PublicInvoice }) {
  const t = text.value.invoice;
  const paid = invoice.status === 'paid';
  const cost = price(invoice);
  const also = !isStarsOnly(invoice) && invoice.stars && invoice.status === 'open' ? invoice.stars.price : null;
  return (
    <div class="hero">
      {paid ? <Tick /> : <Avatar name={invoice.shop.name} size="large" icon="shop" />}
      <p class="quiet">{paid ? invoice.shop.name : cost ? t.from(invoice.shop.name) : invoice.shop.name}</p>
      {cost && <Amount money={cost} size="hero" />}
      {also && <p class="price">{t.orStars(format(also))}</p>}
      {invoice.fiat && cost === invoice.money && <Price fiat={invoice.fiat} asset={invoice.money.asset} />}
      {invoice.description && <p class="hero-note">{invoice.description}</p>}
    </div>
  );
}

/** What the shop has named as its price, and the rate that made it the figure above. */
function Price({ fiat, asset }: { fiat: InvoiceFiat; asset: string }) {
  return (
    <p class="price">
      <bdi dir="ltr">{written(fiat.amount, fiat.currency)}</bdi>
      <small>
        {text.value.invoice.rateFixed} <bdi dir="ltr">{worth(asset, fiat.rate, fiat.currency)}</bdi>
      </small>
    </p>
  );
}

/** Time left, while the invoice can be paid. Never more than it was given: device clocks are wrong at times. */
export function InvoiceCountdown({ invoice }: { invoice: PublicInvoice }) {
  if (invoice.status !== 'open') return null;
  const until = Date.parse(invoice.expires_at);
  const left = Math.min(until - now.value, until - Date.parse(invoice.created_at));
  if (left <= 0) return null;
  return <p class="countdown">{text.value.invoice.until(countdown(left))}</p>;
}

/** Where it stands, in words, when that is anything but "waiting to be paid". */
export function InvoiceState({ invoice }: { invoice: PublicInvoice }) {
  const t = text.value.invoice;
  const shop = invoice.shop.name;
  const received = came(invoice).map((money) => format(money)).join(' + ');
  if (invoice.stars && invoice.stars.refunded.units !== '0') {
    return <Notice tone="info" title={t.starsReturned}>{t.starsReturnedBody(shop, format(invoice.stars.refunded))}</Notice>;
  }
  switch (invoice.status) {
    case 'open':
      if (invoice.exception !== 'underpaid') return null;
      return <Notice tone="warn" title={t.underpaid}>{t.underpaidBody(received, format(invoice.remaining))}</Notice>;
    case 'processing':
      return null;
    case 'paid':
      if (invoice.exception === 'overpaid') return <Notice tone="warn" title={t.overpaid}>{t.overpaidBody(shop, received)}</Notice>;
      if (invoice.exception === 'late') return <Notice tone="warn" title={t.late}>{t.lateBody(shop)}</Notice>;
      return <Notice tone="good" title={t.paid}>{isStarred(invoice) ? t.paidStarsBody(shop) : t.paidBody(shop)}</Notice>;
    case 'expired':
      return <Expired invoice={invoice} />;
    case 'void':
      return <Card><Place icon="cross" title={t.void}>{t.voidBody(shop)}</Place></Card>;
  }
}

function Expired({ invoice }: { invoice: PublicInvoice }) {
  const t = text.value.invoice;
  const shop = invoice.shop.name;
  if (invoice.exception === 'late') return <Notice tone="warn" title={t.late}>{t.lateBody(shop)}</Notice>;
  const partly = unitsOf(invoice.received) > 0n;
  return (
    <Card>
      <Place icon="clock" title={t.expired}>
        {partly ? t.expiredPartly(shop, format(invoice.received)) : t.expiredBody(shop)}
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
  const t = text.value.progress;
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
  const t = text.value.invoice;
  const partial = unitsOf(invoice.received) > 0n && invoice.exception !== 'none';
  return (
    <Card>
      <Facts
        facts={[
          partial && { name: t.total, value: <bdi dir="ltr">{format(invoice.money)}</bdi> },
          partial && { name: t.received, value: <bdi dir="ltr">{format(invoice.received)}</bdi> },
          invoice.exception === 'underpaid' && { name: t.remaining, value: <bdi dir="ltr">{format(invoice.remaining)}</bdi> },
          invoice.paid_at !== null && { name: text.value.receipt.when, value: dayAndTime(invoice.paid_at, language.value) },
          invoice.address !== null && { name: t.address, value: <Address value={invoice.address} label={t.address} /> },
          { name: t.title, value: <Address value={invoice.id} label={t.title} /> },
        ]}
      />
    </Card>
  );
}
