// The field for an amount that is left to the payer.
import type { PublicInvoice } from '../../api/types';
import { isOpen, shown } from '../../base/amount';
import { format, unitsOf } from '../../base/money';
import { Unread, useWhole } from '../../parts/unread';
import { due, type Choice } from './invoices';
import { invoiceText } from './words';
import './own-amount.css';

export function OwnAmountField({ invoice, choice }: { invoice: PublicInvoice; choice: Choice }) {
  const t = invoiceText.value;
  const least = due(invoice, choice.of);
  const hint = unitsOf(least) > 0n ? t.atLeast(format(least)) : t.anyAmount;
  const open = isOpen(choice.figure);
  const whole = useWhole(least, choice.figure, choice.type);
  return (
    <div class="stack">
      <label class={choice.error || open ? 'own-amount invalid' : 'own-amount'}>
        <span class="field-label">{t.yourAmount(choice.of.asset)}</span>
        <span class="own-figure">
          <input
            type="text" inputMode="decimal" autocomplete="off" placeholder="0" dir="ltr"
            value={shown(choice.figure)} aria-invalid={choice.error !== null || open} aria-describedby={open ? 'unread' : 'own-amount-hint'}
            {...whole}
          />
          <span class="unit" aria-hidden="true">{choice.of.asset}</span>
        </span>
        {!open && <span id="own-amount-hint" class="field-hint" role="status">{choice.error ?? hint}</span>}
      </label>
      <Unread entry={choice.figure} unit={least} onChange={choice.type} />
    </div>
  );
}
