// An invoice being looked at: fetched once, then followed by long-poll for as long as it can change.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { idempotencyKey, type Problem } from '../../api/client';
import { asProblem, isHere, resource, type Resource } from '../../api/loaded';
import { followInvoice, getInvoice, renewInvoice, type Wish } from '../../api/remit';
import type { Accepted, PublicInvoice } from '../../api/types';
import { until } from '../../base/clock';
import { format, money, parse, unitsOf, type Money } from '../../base/money';
import { toast } from '../../base/toast';
import { amountText } from '../../parts/amount.words';
import { invoiceText } from './words';

export interface WatchedInvoice {
  readonly invoice: Resource<PublicInvoice>;
  readonly trouble: Problem | null;
}

export function useWatchedInvoice(id: string, changed: (invoice: PublicInvoice) => void): WatchedInvoice {
  const invoice = useMemo(() => resource(() => openInvoice(id)), [id]);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const here = isHere(invoice.state.value);
  useEffect(() => void invoice.refresh(), [invoice]);
  useAgain(invoice);
  useEffect(() => {
    const state = invoice.state.peek();
    if (!isHere(state)) return undefined;
    const stop = new AbortController();
    const seen = (next: PublicInvoice) => {
      const before = invoice.state.peek();
      invoice.set(next);
      if (!isHere(before)) return;
      tellNewRate(before.ok, next);
      if (before.ok.status !== next.status) changed(next);
    };
    followInvoice(state.ok, { signal: stop.signal, seen, trouble: setTrouble }).catch((error: unknown) => setTrouble(asProblem(error)));
    return () => stop.abort();
  }, [invoice, here]);
  return { invoice, trouble };
}

/** As somebody who comes to pay needs it: by the service's clock, so it is asked whatever ours says. */
async function openInvoice(id: string): Promise<PublicInvoice> {
  const invoice = await getInvoice(id);
  return isPayable(invoice) && hasRateOfItsOwn(invoice) ? renewInvoice(id).catch(() => invoice) : invoice;
}

/** Whether the rate of its price ends before the invoice does. */
function hasRateOfItsOwn({ fiat, expires_at }: PublicInvoice): boolean {
  return fiat !== null && Date.parse(fiat.rate_expires_at) < Date.parse(expires_at);
}

/** With less left than this the service reckons anew: a wallet still has to be asked. */
const TO_ACT_MS = 60_000;

/** Milliseconds for which the sum still holds for whoever begins to pay; null if it holds to the end. */
export function rateLeft(invoice: PublicInvoice): number | null {
  if (!invoice.fiat || !isPayable(invoice) || !hasRateOfItsOwn(invoice)) return null;
  return until(invoice.fiat.rate_expires_at) - TO_ACT_MS;
}

export function isRateOver(invoice: PublicInvoice): boolean {
  return (rateLeft(invoice) ?? 1) <= 0;
}

export interface Renewing {
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly renew: () => void;
}

/** Asks for a new rate. Whatever was asked of a wallet before is not offered any more. */
export function useRenewing({ invoice }: WatchedInvoice, dropped: () => void): Renewing {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const known = invoice.state.value;
  const held = isHere(known) ? known.ok.fiat?.rate_expires_at : undefined;
  useEffect(() => {
    setProblem(null);
    dropped();
  }, [held]);
  const renew = async () => {
    const before = invoice.state.peek();
    if (!isHere(before)) return;
    setBusy(true);
    try {
      const next = await renewInvoice(before.ok.id);
      invoice.set(next);
      tellNewRate(before.ok, next);
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  return { busy, problem, renew: () => void renew() };
}

function tellNewRate(before: PublicInvoice, next: PublicInvoice): void {
  if (isPayable(next) && before.remaining.units !== next.remaining.units && before.fiat?.rate_expires_at !== next.fiat?.rate_expires_at) {
    toast(invoiceText.value.rate.renewed(format(next.remaining)));
  }
}

/** Whether money for it is still welcome. */
export function isPayable(invoice: PublicInvoice): boolean {
  // Late while it is open: no rate could be trusted when it came, and the shop decides.
  return invoice.status === 'open' && invoice.exception !== 'late';
}

/** What is still to be paid, in the invoice's own asset or in another: all of it, or the rest after a part has arrived. */
export function due(invoice: PublicInvoice, of: Pick<Accepted, 'money' | 'remaining'> = invoice): Money {
  return invoice.exception === 'underpaid' ? of.remaining : of.money;
}

/** Whether there is more to tell of its money than that it is awaited. */
export function hasAftermath(invoice: PublicInvoice): boolean {
  return invoice.receipts.length > 0 || invoice.astray.length > 0;
}

/** What came, asset by asset and in Stars. */
export function came(invoice: PublicInvoice): string {
  const stars = invoice.stars ? [invoice.stars.received] : [];
  const some = [...invoice.accepted.map((a) => a.received), ...stars].filter((money) => unitsOf(money) > 0n);
  return some.length === 0 ? format(invoice.received) : some.map((money) => format(money)).join(' + ');
}

/** What is missing, in each asset that would do. */
export function missing(invoice: PublicInvoice): string {
  return invoice.accepted.map((a) => format(a.remaining)).join(invoiceText.value.or);
}

/** What somebody is about to pay with, and how much. */
export interface Choice {
  readonly of: Accepted;
  readonly choose: (asset: string) => void;
  /** What was typed for an open amount. */
  readonly figure: string;
  readonly type: (figure: string) => void;
  /** What is wrong with it, in words. */
  readonly error: string | null;
  /** Null as long as it cannot be paid. */
  readonly money: Money | null;
  readonly wish: Wish;
  /** Makes one payment of what is asked for twice. */
  readonly key: string;
  /** What was asked for has been answered: the next tap is another payment. */
  readonly renew: () => void;
}

export function useChoice(invoice: PublicInvoice): Choice {
  const [asset, setAsset] = useState(invoice.money.asset);
  const [figure, setFigure] = useState('');
  const [key, setKey] = useState(idempotencyKey);
  const renew = () => setKey(idempotencyKey());
  const type = (value: string) => {
    setFigure(value);
    renew();
  };
  const of = invoice.accepted.find((a) => a.asset === asset) ?? invoice.accepted[0];
  if (!of) throw new Error('an invoice accepts something');
  const { money: sum, error } = invoice.open_amount ? judge(figure, due(invoice, of)) : { money: due(invoice, of), error: null };
  const wish = invoice.open_amount && sum ? { asset: of.asset, amount: sum.amount } : { asset: of.asset };
  const choose = (value: string) => {
    setAsset(value);
    renew();
  };
  return { of, choose, figure, type, error, money: sum, wish, key, renew };
}

/** Whether a figure will do for an open amount of which `least` is the least. */
export function judge(figure: string, least: Money): { readonly money: Money | null; readonly error: string | null } {
  const parsed = parse(figure, least.decimals);
  if ('error' in parsed) {
    if (parsed.error === 'empty' || parsed.error === 'malformed') return { money: null, error: null };
    return { money: null, error: parsed.error === 'too_precise' ? amountText.value.tooPrecise(least.decimals) : amountText.value.tooLarge };
  }
  if (parsed.ok === 0n) return { money: null, error: null };
  if (parsed.ok < unitsOf(least)) return { money: null, error: invoiceText.value.atLeast(format(least)) };
  return { money: money(parsed.ok, least.asset, least.decimals), error: null };
}

/** Whether it must be paid in Stars here: digital goods inside Telegram, which the service shows without an address. */
export function isStarsOnly(invoice: PublicInvoice): boolean {
  return invoice.address === null;
}

/** Whether Stars have come for it. */
export function isStarred(invoice: PublicInvoice): boolean {
  return invoice.stars !== null && invoice.stars.received.units !== '0';
}
