// How an invoice or a refund stands, as a word in a capsule, and as a line of a list.
import { time } from '../../base/clock';
import { language, text } from '../../base/text';
import { clockTime, dayName } from '../../base/text/when';
import { Avatar } from '../../parts/avatar';
import { Row } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Amount } from '../../parts/money';
import { Pill } from '../../parts/pill';
import type { Invoice, RefundStatus } from './types';
import { go } from './way';
import { words } from './words';
import './status.css';

export function InvoicePill({ invoice: { status, exception } }: { invoice: Pick<Invoice, 'status' | 'exception'> }) {
  const t = words.value.invoices;
  if (exception !== 'none') return <Pill tone="warn">{t.exception[exception]}</Pill>;
  const tones = { open: 'info', processing: 'info', paid: 'good', expired: 'quiet', void: 'quiet' } as const;
  return <Pill tone={tones[status]}>{t.status[status]}</Pill>;
}

export function RefundPill({ status }: { status: RefundStatus }) {
  const tones = { requires_signature: 'warn', submitted: 'info', succeeded: 'good', failed: 'bad', canceled: 'quiet' } as const;
  return <Pill tone={tones[status]}>{words.value.refunds.status[status]}</Pill>;
}

export function InvoiceRow({ store, invoice }: { store: string; invoice: Invoice }) {
  const about = invoice.description ?? invoice.external_id;
  const when = momentOf(invoice.created_at);
  return (
    <Row
      lead={about ? <Avatar name={about} /> : <span class="row-icon"><Icon name="receipt" /></span>}
      title={about ?? when}
      detail={about ? when : <bdi dir="ltr">{invoice.reference}</bdi>}
      trail={
        <span class="row-trail-stack">
          <Amount money={invoice.money} size="row" maxFraction={4} />
          <InvoicePill invoice={invoice} />
        </span>
      }
      onPress={() => go(store, 'invoice', invoice.id)}
    />
  );
}

/** `Today · 14:05`. */
export function momentOf(iso: string): string {
  return `${dayName(iso, time(), language.value, text.value)} · ${clockTime(iso, language.value)}`;
}

/** `Nov 23, 2026`. */
export function dayOf(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso));
}
