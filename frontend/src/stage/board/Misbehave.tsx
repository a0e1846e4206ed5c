// Paying an invoice badly, with real transfers from a real wallet, to see what a shop has to live with.

import { useSignal } from '@preact/signals';
import { nameOf } from '../people';
import { merchant } from '../text';
import * as world from '../world';
import type { Invoice } from './shop';

/** A little more than the invoice's default life. */
const PAST_DEADLINE_S = 16 * 60;

export function Misbehave({ invoice, payer }: { readonly invoice: Invoice; readonly payer: string }) {
  const outcome = useSignal<string | null>(null);
  const attempt = async (act: () => Promise<string>) => {
    outcome.value = await act().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  };
  const pay = (amount: string, asset: world.Asset, comment: string | null) => async () => {
    await world.send(payer, { to: invoice.address, amount, asset, ...(comment === null ? {} : { comment }) });
    return merchant.sent(amount, asset);
  };
  const { amount, asset } = invoice.money;
  const other = asset === 'GRAM' ? 'USDT' : 'GRAM';
  const ways: readonly (readonly [string, () => Promise<string>])[] = [
    [merchant.under, pay(scaled(amount, 1n, 2n), asset, invoice.reference)],
    [merchant.over, pay(scaled(amount, 2n, 1n), asset, invoice.reference)],
    [merchant.otherCoin, pay(amount, other, invoice.reference)],
    [merchant.noReference, pay(amount, asset, null)],
    [merchant.late, async () => {
      await world.advance(PAST_DEADLINE_S);
      return merchant.advanced;
    }],
  ];
  return (
    <details class="misbehave">
      <summary>{merchant.misbehave}</summary>
      <p role={outcome.value === null ? undefined : 'status'}>{outcome.value ?? merchant.misbehaveHint(nameOf(payer))}</p>
      <div class="row">
        {ways.map(([name, act]) => <button key={name} type="button" class="btn" onClick={() => void attempt(act)}>{name}</button>)}
      </div>
    </details>
  );
}

/** `amount × times ÷ parts` on the decimal's own digits, rounded down, never to zero. */
export function scaled(amount: string, times: bigint, parts: bigint): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  // One more digit than the amount has, so that half of 0.5 is 0.25.
  const digits = fraction.length + 1;
  const units = (BigInt(`${whole}${fraction}0`) * times) / parts;
  const text = (units > 0n ? units : 1n).toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, '');
}
