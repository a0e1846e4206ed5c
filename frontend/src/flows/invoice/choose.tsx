// Choosing what to pay an invoice with, and how much where that is left to the payer.
import { useEffect, useMemo } from 'preact/hooks';
import { arriving, resource } from '../../api/loaded';
import type { PublicInvoice } from '../../api/types';
import { Segments } from '../../parts/choice';
import { Load, Skeleton } from '../../parts/notice';
import type { Choice } from './invoices';
import { invoiceText } from './words';
import './choose.css';

type Field = typeof import('./own-amount');

/** Whether there is anything to choose. */
export function isOpenToChoice(invoice: PublicInvoice): boolean {
  return invoice.accepted.length > 1 || invoice.open_amount;
}

export function Choose({ invoice, choice }: { invoice: PublicInvoice; choice: Choice }) {
  const t = invoiceText.value;
  const several = invoice.accepted.length > 1;
  return (
    <div class="choose">
      {several && (
        <Segments
          label={t.payIn} value={choice.of.asset} onChange={choice.choose}
          options={invoice.accepted.map(({ asset }) => ({ value: asset, label: asset }))}
        />
      )}
      {invoice.open_amount && <OwnAmount invoice={invoice} choice={choice} />}
    </div>
  );
}

/** Only where an amount is left to the payer, so fetched only then. */
function OwnAmount(props: { invoice: PublicInvoice; choice: Choice }) {
  const field = useMemo(() => resource<Field>(() => arriving(import('./own-amount'))), []);
  useEffect(() => void field.refresh(), [field]);
  return <Load of={field} skeleton={<Skeleton rows={1} />}>{({ OwnAmountField }) => <OwnAmountField {...props} />}</Load>;
}
