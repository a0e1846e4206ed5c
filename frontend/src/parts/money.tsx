// Figures of money: the whole part speaks, the fraction and the unit step back.
import { figure, unit, unitsOf, type Money } from '../base/money';
import './money.css';

interface AmountProps {
  readonly money: Money;
  /** `hero` for the one figure a screen is about, `row` inside lists. */
  readonly size: 'hero' | 'balance' | 'row';
  readonly direction?: 'in' | 'out' | undefined;
  readonly minFraction?: number;
  readonly maxFraction?: number;
}

export function Amount({ money, size, direction, minFraction, maxFraction }: AmountProps) {
  const { whole, fraction } = figure(unitsOf(money), money.decimals, minFraction, maxFraction);
  const sign = direction === 'in' ? '+' : direction === 'out' ? '\u2212' : '';
  const long = whole.length + fraction.length;
  const fit = size === 'row' || long <= 8 ? '' : long <= 12 ? ' long' : ' longest';
  return (
    <bdi dir="ltr" class={`amount amount-${size}${fit}${direction === 'in' ? ' incoming' : ''}`}>
      {sign}
      {whole}
      {fraction && <span class="fraction">{fraction}</span>}
      <span class="unit">{`\u00a0${unit(money.asset)}`}</span>
    </bdi>
  );
}
