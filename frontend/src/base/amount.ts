// One reader for every amount a person writes, pastes, drops or has filled in. It reads what can be meant in one way
// only; what can be meant in two is asked, and the rest is refused. Nothing is rounded, nothing is guessed.
//
// What stands in an amount field is either a plain figure (`1234.5`) or, behind OPEN, a text that is none yet. Whoever
// parses such a text as money gets nothing, so that it cannot be sent.
import { parse } from './money';

export interface Unit {
  readonly asset: string;
  readonly decimals: number;
}

export type Wrong = 'empty' | 'malformed' | 'other_unit' | 'too_precise' | 'too_large';

export type Reading =
  | { readonly figure: string }
  /** `1,000` is a thousand to some and one to others. */
  | { readonly either: readonly string[] }
  | { readonly error: Wrong };

const OPEN = '?';
/** More than this of a text that is no amount is not worth showing. */
const SHOWN = 24;

/** The text in the field, as a person sees it. */
export function shown(entry: string): string {
  return isOpen(entry) ? entry.slice(OPEN.length) : entry;
}

/** Whether it is no figure, or not yet. */
export function isOpen(entry: string): boolean {
  return entry.startsWith(OPEN);
}

/** What a text that came as a whole makes of the field: a figure if it can be read in one way only. */
export function taken(text: string, unit: Unit): string {
  const reading = read(text, unit);
  if ('figure' in reading) return reading.figure;
  if ('error' in reading && reading.error === 'empty') return '';
  // A field of one line would glue lines together, and two amounts are no third one.
  const line = text.trim().replace(/[\t\n\r\u2028\u2029]+/g, ' / ');
  return OPEN + (line.length > SHOWN ? `${line.slice(0, SHOWN)}\u2026` : line);
}

/** The field after its text has changed to `next`; null if that key means nothing here. */
export function edited(entry: string, next: string, unit: Unit): string | null {
  if (next === '') return '';
  const key = inserted(shown(entry), next);
  if (key.length > 1) return taken(next, unit);
  const figure = isOpen(entry) ? null : typed(next, unit.decimals);
  if (figure !== null) return figure;
  // A second mark, or more of a text that is none yet: read as a whole. Other keys are not for this field.
  const isMark = /^[.,\u066b]$/.test(key);
  if (key !== '' && !isMark && !(isOpen(entry) && /^[\d'_ ]$/.test(tidy(key)))) return null;
  return taken(next, unit);
}

/** A figure as it grows key by key. There the first mark is the decimal one, and shows as a point at once. */
function typed(text: string, decimals: number): string | null {
  const bare = tidy(text).replace(/[ '_]/g, '').replace(/[,\u066b]/, '.');
  const match = /^(\d{0,15})(\.\d*)?$/.exec(bare);
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length - 1 > decimals || (decimals === 0 && fraction !== '')) return null;
  return whole.replace(/^0+(?=\d)/, '') + fraction;
}

/** What has come into a text at once. */
function inserted(before: string, after: string): string {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return after.slice(start, after.length - end);
}

/** Before the number, its sign, between, the number, after it. The number ends before what cannot belong to it. */
const PARTS = /^([^\d.,\u066b+\u2212\u2013-]*)([+\u2212\u2013-]?)([^\d.,\u066b]*)((?:\d|[.,\u066b](?=\d))[\d.,\u066b'_ ]*)?(.*)$/s;

export function read(text: string, unit: Unit): Reading {
  // Whole sums are written `10,-` in some places; and a sentence ends in marks that are no part of the amount.
  const line = tidy(text).trim().replace(/([.,]) ?[\u2012-\u2015\u2212-]{1,2}(?=\D*$)/, (_, mark: string) => `${mark}00`).replace(/[.,;:!?\u2026]+$/, '');
  if (line === '') return { error: text.trim() === '' ? 'empty' : 'malformed' };
  const [, before = '', sign = '', between = '', number = '', after = ''] = PARTS.exec(line) ?? [];
  if (number === '' || (sign !== '' && sign !== '+') || /\d/.test(after)) return { error: 'malformed' };
  const names = [before, between, after].map(nameOf).filter((name) => name !== '');
  if (names.some((name) => !/^[\p{L}\p{Sc}\u{1f48e}]+$/u.test(name))) return { error: 'malformed' };
  if (!names.every((name) => isNameOf(name, unit.asset))) return { error: 'other_unit' };
  return settle(readings(number.trim().replace(/[.,\u066b]+$/, '')), unit.decimals);
}

/** Everything a number can mean: with its last mark as the decimal one, and with all of them as grouping marks. */
function readings(number: string): readonly string[] {
  const grouped = whole(number);
  const at = number.search(/[.,\u066b](?!.*[.,\u066b])/);
  if (at < 0) return grouped === null ? [] : [grouped];
  const mark = number.charAt(at);
  const [head, tail] = [number.slice(0, at), number.slice(at + 1)];
  const units = head === '' ? '0' : whole(head);
  const isDecimal = /^\d+$/.test(tail) && !head.includes(mark) && units !== null;
  return [...(grouped === null ? [] : [grouped]), ...(isDecimal ? [`${units}.${tail}`] : [])];
}

/** Digits in groups of three by one kind of mark, or as India groups them; null if the marks stand elsewhere. */
function whole(digits: string): string | null {
  if (/^\d+$/.test(digits)) return digits;
  const mark = digits.replace(/\d/g, '').charAt(0);
  const groups = digits.split(mark);
  const [first = '', ...rest] = groups;
  const last = rest[rest.length - 1] ?? '';
  const isUsual = /^[1-9]\d{0,2}$/.test(first) && rest.every((group) => /^\d{3}$/.test(group));
  const isIndian = mark === ',' && rest.length > 1 && /^[1-9]\d?$/.test(first) && /^\d{3}$/.test(last)
    && rest.slice(0, -1).every((group) => /^\d{2}$/.test(group));
  return mark !== '\u066b' && (isUsual || isIndian) ? groups.join('') : null;
}

function settle(meant: readonly string[], decimals: number): Reading {
  const figures = meant.map((figure) => fitted(figure, decimals));
  const good = figures.flatMap((figure) => ('figure' in figure ? [figure.figure] : []));
  // Two readings of which one cannot be are still asked: whoever wrote it may have meant that one.
  if (meant.length > 1 && good.length > 0) return { either: good };
  return figures[0] ?? { error: 'malformed' };
}

function fitted(figure: string, decimals: number): { readonly figure: string } | { readonly error: Wrong } {
  const [units = '', fraction = ''] = figure.split('.');
  const short = units.replace(/^0+(?=\d)/, '') + (fraction && decimals > 0 ? `.${fraction.slice(0, decimals)}` : '');
  const parsed = parse(fraction.slice(decimals).replace(/0/g, '') === '' ? short : figure, decimals);
  return 'error' in parsed ? { error: parsed.error } : { figure: short };
}

/** The first digit of scripts that count by tens as we do. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The same text in our digits and marks: one kind of space, one of apostrophe, nothing that cannot be seen. */
function tidy(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u2018\u2019\u02bc\u066c\uff07`\u00b4]/g, "'")
    .replace(/\uff0c/g, ',')
    .replace(/\uff0e/g, '.')
    .replace(/[^\0-\x7f]/g, (char) => {
      const code = char.charCodeAt(0);
      const zero = ZEROS.find((first) => code >= first && code < first + 10);
      return zero === undefined ? char : String(code - zero);
    });
}

function nameOf(text: string): string {
  return text.replace(/[ .]/g, '').toLowerCase();
}

/** The coin has had two names, and a dollar on the chain is called a dollar. */
const COIN = ['ton', 'gram', 'toncoin', '\u{1f48e}'];
const NAMES: Readonly<Record<string, readonly string[]>> = {
  TON: COIN,
  GRAM: COIN,
  USDT: ['usd\u20ae', '\u20ae', 'usd', 'us$', '$'],
  USD: ['us$', '$'],
  RUB: ['\u0440\u0443\u0431', '\u0440'],
};

/** Whether a name or a sign next to a number is that of the asset or currency the field counts in. */
function isNameOf(name: string, asset: string): boolean {
  return name === asset.toLowerCase() || name === signOf(asset) || (NAMES[asset]?.includes(name) ?? false);
}

/** `€` for EUR; undefined for what is no currency of a country. */
function signOf(currency: string): string | undefined {
  if (!/^[A-Z]{3}$/.test(currency)) return undefined;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  return format.formatToParts(0).find(({ type }) => type === 'currency')?.value.toLowerCase();
}
