// Money as whole smallest units in a bigint. Nothing here, or anywhere, turns an amount into a Number.

/** What the service sends. `units` counts the smallest unit: nanograms, or millionths of a USDT. */
export interface Money {
  readonly amount: string;
  readonly asset: string;
  readonly units: string;
  readonly decimals: number;
}

/** A figure split where the eye splits it: `1 234` and `.5`. Grouped by narrow spaces, as ISO 80000 has it: commas mean different things in different places. */
export interface Figure {
  readonly whole: string;
  readonly fraction: string;
}

export type Parsed = { readonly ok: bigint } | { readonly error: 'empty' | 'malformed' | 'too_precise' | 'too_large' };

/** Amounts must fit the service's 64-bit integers. */
const LARGEST = 2n ** 63n - 1n;
/** U+2212, as wide as a plus sign. */
const MINUS = '\u2212';
const NARROW_SPACE = '\u202f';
/** Telegram Stars go by their sign. */
export const unit = (asset: string) => (asset === 'XTR' ? '\u2605' : asset);

/** Units of a decimal the person typed or pasted. A comma counts as the decimal point; nothing is rounded away. */
export function parse(text: string, decimals: number): Parsed {
  const match = /^(\d*)(?:[.,](\d*))?$/.exec(text.trim());
  if (!match) return { error: 'malformed' };
  const [, whole = '', fraction = ''] = match;
  if (whole + fraction === '') return { error: 'empty' };
  if (fraction.replace(/0+$/, '').length > decimals) return { error: 'too_precise' };
  const units = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return units > LARGEST ? { error: 'too_large' } : { ok: units };
}

/** The plain decimal the service reads: no grouping, no trailing zeros. */
export function plain(units: bigint, decimals: number): string {
  const { whole, fraction } = split(units, decimals);
  return fraction ? `${whole}.${fraction}` : whole;
}

/** For reading: grouped, with at least `minFraction` and at most `maxFraction` digits. Cuts, never rounds up: a balance is not made larger than it is. */
export function figure(units: bigint, decimals: number, minFraction = 0, maxFraction = decimals): Figure {
  const { whole, fraction } = split(units, decimals);
  const shown = fraction.slice(0, maxFraction).replace(/0+$/, '').padEnd(minFraction, '0');
  return { whole: grouped(whole), fraction: shown ? `.${shown}` : '' };
}

/** `1 234.5 GRAM`; with a sign when a direction is given. */
export function format(money: Money, direction?: 'in' | 'out'): string {
  const { whole, fraction } = figure(unitsOf(money), money.decimals);
  const sign = direction === undefined ? '' : direction === 'in' ? '+' : MINUS;
  return `${sign}${whole}${fraction}\u00a0${unit(money.asset)}`;
}

/** `5 000.00 USD`: decimal text of the service, with every digit it has. */
export function written(amount: string, currency: string): string {
  return amount.replace(/^\d+/, grouped) + `\u00a0${currency}`;
}

/** What one of an asset is worth: `1 GRAM = 2.5 USD`, with four digits that matter behind the point. */
export function worth(asset: string, rate: string, currency: string): string {
  const short = /^(?:0\.0*\d{0,4}|\d+(?:\.\d{0,4})?)/.exec(rate)?.[0] ?? rate;
  const sign = short === rate ? '=' : '\u2248';
  const tidy = short.includes('.') ? short.replace(/\.?0+$/, '') : short;
  return `1\u00a0${asset} ${sign} ${written(tidy, currency)}`;
}

/** For balances: the same, cut to four digits after the point. */
export function brief(money: Money): string {
  const { whole, fraction } = figure(unitsOf(money), money.decimals, 0, 4);
  return `${whole}${fraction}\u00a0${money.asset}`;
}

export function unitsOf(money: Money): bigint {
  return BigInt(money.units);
}

export function money(units: bigint, asset: string, decimals: number): Money {
  return { amount: plain(units, decimals), asset, units: units.toString(), decimals };
}

/** `percent` of an amount, rounded down. */
export function share(units: bigint, percent: bigint): bigint {
  return (units * percent) / 100n;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, NARROW_SPACE);
}

function split(units: bigint, decimals: number): { whole: string; fraction: string } {
  const sign = units < 0n ? MINUS : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  return { whole: sign + digits.slice(0, cut), fraction: digits.slice(cut).replace(/0+$/, '') };
}
