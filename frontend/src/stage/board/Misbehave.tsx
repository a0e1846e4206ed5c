// Paying an invoice, well or badly, with real transfers from a real wallet, to see what a shop has to live with.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { nameOf } from '../people';
import { merchant, mishaps } from '../text';
import * as world from '../world';
import { openInvoices, type Invoice } from './shop';
import { happenings } from './state';
import './fields.css';
import './Misbehave.css';

interface Props {
  readonly service: string;
  readonly apiKey: string;
  /** The one that was made last. */
  readonly made: Invoice | null;
  readonly payer: string;
}

export function Misbehave({ service, apiKey, made, payer }: Props) {
  const open = useSignal<readonly Invoice[]>([]);
  const wanted = useSignal<string | null>(null);
  const newest = happenings.value[0]?.seq ?? 0;
  useEffect(() => {
    void openInvoices(service, apiKey).then((found) => (open.value = found), () => undefined);
  }, [service, apiKey, newest]);
  useEffect(() => {
    wanted.value = made?.id ?? wanted.value;
  }, [made]);
  const choice = [...(made && !open.value.some(({ id }) => id === made.id) ? [made] : []), ...open.value];
  const chosen = choice.find(({ id }) => id === wanted.value) ?? choice[0];
  if (!chosen) return null;
  return (
    <details class="misbehave">
      <summary>{merchant.misbehave}</summary>
      <label class="which">
        <span>{merchant.which}</span>
        <select class="field" value={chosen.id} onChange={(event) => (wanted.value = event.currentTarget.value)}>
          {choice.map((each) => <option key={each.id} value={each.id}>{named(each)}</option>)}
        </select>
      </label>
      <Ways key={chosen.id} invoice={chosen} payer={payer} />
    </details>
  );
}

function Ways({ invoice, payer }: { readonly invoice: Invoice; readonly payer: string }) {
  const busy = useSignal(false);
  const done = useSignal<world.Paid | null>(null);
  const wasOpen = useSignal(true);
  const failure = useSignal<string | null>(null);
  const attempt = async (mishap: world.Mishap) => {
    busy.value = true;
    done.value = failure.value = null;
    wasOpen.value = current(invoice).status === 'open';
    try {
      done.value = await world.pay(payer, bill(current(invoice), mishap));
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = false;
  };
  return (
    <>
      <div class="row ways">
        {(Object.keys(mishaps) as world.Mishap[]).map((each) => (
          <button key={each} type="button" class="btn" title={mishaps[each].hint} disabled={busy.value} onClick={() => void attempt(each)}>
            {mishaps[each].name}
          </button>
        ))}
      </div>
      {failure.value !== null && <p class="failure" role="alert">{failure.value}</p>}
      {done.value ? <Outcome paid={done.value} wasOpen={wasOpen.value} invoice={current(invoice)} /> : (
        <p role={busy.value ? 'status' : undefined}>{busy.value ? merchant.paying : merchant.misbehaveHint(nameOf(payer))}</p>
      )}
    </>
  );
}

/** What was done, what it means for an invoice that was open, and what the service says of it by now. */
function Outcome({ paid, wasOpen, invoice }: { readonly paid: world.Paid; readonly wasOpen: boolean; readonly invoice: Invoice }) {
  return (
    <div class="outcome" role="status" ref={show}>
      {paid.moved_seconds > 0 && <p>{merchant.moved(Math.ceil(paid.moved_seconds / 60))}</p>}
      <p>{paid.transfers.map(({ amount, asset, genuine, bounced }) => merchant.sent(amount, asset, genuine, bounced)).join(' ')}</p>
      {wasOpen && <p><b>{paid.meaning}</b></p>}
      <p><span class="state" data-state={invoice.status}>{invoice.status}</span> {merchant.truth(invoice.exception, invoice.received.amount, invoice.money.amount, invoice.money.asset)}</p>
    </div>
  );
}

/** A narrow screen may end above it. */
function show(outcome: Element | null): void {
  outcome?.scrollIntoView({ block: 'nearest' });
}

/** The invoice as the newest event tells it. */
function current(invoice: Invoice): Invoice {
  const event = happenings.value.find(({ data }) => data['id'] === invoice.id);
  return event ? { ...invoice, ...(event.data as Partial<Invoice>) } : invoice;
}

/** For a shop that is paid already, everything once more. */
export function bill(invoice: Invoice, mishap: world.Mishap): world.Bill {
  const due = invoice.remaining.units === '0' ? invoice.money : invoice.remaining;
  return {
    to: invoice.address, amount: due.amount, asset: due.asset, reference: invoice.reference,
    expires_at: Math.floor(Date.parse(invoice.expires_at) / 1000), mishap,
  };
}

function named({ id, money, description }: Invoice): string {
  return [`${money.amount} ${money.asset}`, description, `…${id.slice(-6)}`].filter(Boolean).join(' · ');
}
