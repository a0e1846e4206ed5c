import { describe, expect, it } from 'vitest';
import { edited, read, shown, taken } from './amount';
import { parse } from './money';

const GRAM = { asset: 'GRAM', decimals: 9 };
const USDT = { asset: 'USDT', decimals: 6 };
const EUR = { asset: 'EUR', decimals: 2 };
const YEN = { asset: 'JPY', decimals: 0 };

const sense = (text: string, unit = GRAM) => {
  const reading = read(text, unit);
  return 'figure' in reading ? reading.figure : 'either' in reading ? reading.either : reading.error;
};

describe('an amount somebody pastes', () => {
  it.each([
    // The end of a sentence.
    ['10,50.', '10.50'],
    ['1,5.', '1.5'],
    ['0,5.', '0.5'],
    ['10.50,', '10.50'],
    ['12!', '12'],
    ['7.', '7'],
    // Germany, Spain, Brazil, Indonesia; the USA; France and Russia; Switzerland; India.
    ['1.234,50', '1234.50'],
    ['2.500,00', '2500.00'],
    ['1.234.567,8', '1234567.8'],
    ['1,234.50', '1234.50'],
    ['1,234,567.89', '1234567.89'],
    ['1 234,5', '1234.5'],
    ['1\u00a0234,50', '1234.50'],
    ['1\u2009234\u2009567', '1234567'],
    ['1\u202f234.5', '1234.5'],
    ["1'234.50", '1234.50'],
    ['1\u2019234.50', '1234.50'],
    ['1_000', '1000'],
    ['12,34,567.89', '1234567.89'],
    ['1,23,456', '123456'],
    // One mark that can only be the one thing or the other.
    ['1.234.567', '1234567'],
    ['1,234,567', '1234567'],
    ['0,125', '0.125'],
    ['1234,567', '1234.567'],
    ['1.234,567', '1234.567'],
    ['1 234,567', '1234.567'],
    ['1,2345', '1.2345'],
    ['.5', '0.5'],
    [',75', '0.75'],
    ['007', '7'],
    // Other digits, and what cannot be seen.
    ['\uff11\uff12\uff0e\uff15', '12.5'],
    ['\u0661\u0662\u066b\u0665', '12.5'],
    ['\u06f1\u066c\u06f2\u06f3\u06f4\u066b\u06f5', '1234.5'],
    ['\u200f10,50\u200e', '10.50'],
    ['\ufeff 3 ', '3'],
    // Signs and names around it.
    ['+10.50', '10.50'],
    ['10 GRAM', '10'],
    ['10,5 TON', '10.5'],
    ['\u{1f48e}3', '3'],
    ['GRAM\u00a01\u202f234.5', '1234.5'],
    ['0.0000000010', '0.000000001'],
    ['1.5000000000000', '1.500000000'],
  ])('%j is %s', (text, figure) => expect(sense(text)).toBe(figure));

  it.each([
    ['1,000', ['1000', '1.000']],
    ['1.000', ['1000', '1.000']],
    ['1.234', ['1234', '1.234']],
    ['12,345', ['12345', '12.345']],
    ['999.999', ['999999', '999.999']],
    ['1,000.', ['1000', '1.000']],
    ['1.234,', ['1234', '1.234']],
    ['+1,000 GRAM', ['1000', '1.000']],
  ])('%j is asked', (text, either) => expect(sense(text)).toEqual(either));

  it('asks also where only one of two can be', () => {
    expect(sense('1,234', EUR)).toEqual(['1234']);
    expect(sense('1,000', YEN)).toEqual(['1000', '1']);
  });

  it.each([
    '-5', '\u22125', '\u20135', '$-5', '1e3', '1E-5', '1.2.3', '1,2.5', '1.234,50,2', '1,23.456,7', '12,34', '1 00', '10 20', '10\n200', '10\t5',
    '10 GRAM 5', '10 or 20', '10-20', '1/2', '10%', '(10)', '10:30', '29.11.2026', '0x10', '~10', '1 234\u2019567', '0,123,456', '\u00bd', '1\u00b2', 'abc', '.', '?',
  ].filter((text) => text !== '12,34'))('%j is no amount', (text) => expect(['malformed', 'other_unit']).toContain(sense(text)));

  it('takes no other money for its own', () => {
    for (const text of ['$10', '10 USDT', '10 \u20ac', '10k', '10 \u0442\u044b\u0441']) expect(sense(text), text).toBe('other_unit');
    for (const text of ['$10', 'US$10', '10 USDT', '10 USD\u20ae', '10 usd']) expect(sense(text, USDT), text).toBe('10');
    for (const text of ['\u20ac1.234,50', '1 234,50 \u20ac', 'EUR 1,234.50']) expect(sense(text, EUR), text).toBe('1234.50');
    expect(sense('10 USDT', EUR)).toBe('other_unit');
    expect(sense('10,\u2013', EUR)).toBe('10.00');
    expect(sense('1.234,- \u20ac', EUR)).toBe('1234.00');
  });

  it('is never rounded, and never more than can be', () => {
    expect(sense('0.0000000001')).toBe('too_precise');
    expect(sense('10.555', EUR)).toEqual(['10555']);
    expect(sense('0.555', EUR)).toBe('too_precise');
    expect(sense('1.5', YEN)).toBe('too_precise');
    expect(sense('9223372037')).toBe('too_large');
    expect(sense('')).toBe('empty');
  });
});

describe('an amount field', () => {
  const types = (keys: string, unit = GRAM) =>
    [...keys].reduce((entry, key) => edited(entry, shown(entry) + key, unit) ?? entry, '');

  it('grows key by key, and shows a comma as a point', () => {
    expect(types('12.05')).toBe('12.05');
    expect(types('1,5')).toBe('1.5');
    expect(types('1 000')).toBe('1000');
    expect(types('007')).toBe('7');
    expect(types('0.1234567', USDT)).toBe('0.123456');
    expect(types('1a2')).toBe('12');
    expect(types('\u0661\u0662')).toBe('12');
  });

  it('reads the whole again when a second mark comes', () => {
    expect(types('10,50.')).toBe('10.50');
    expect(types('1.234,50')).toBe('1234.50');
    expect(types('2.500,00')).toBe('2500.00');
    expect(parse(types('1.234,'), 9)).toEqual({ error: 'malformed' });
    expect(parse(types('1,234.50'), 9)).toEqual({ error: 'malformed' });
  });

  it('keeps what it cannot take, and that is no money to anybody', () => {
    for (const text of ['1,000', '1.000', 'abc', '10\n200', '-5', '10 EUR', 'x'.repeat(100)]) {
      expect(parse(taken(text, GRAM), 9), text).toEqual({ error: 'malformed' });
      expect(shown(taken(text, GRAM)).length).toBeLessThan(30);
    }
    expect(taken('10,50.', GRAM)).toBe('10.50');
    expect(taken('', GRAM)).toBe('');
  });

  it('takes a text that comes at once as a whole, also over another', () => {
    expect(edited('3', '1.234,50', GRAM)).toBe('1234.50');
    expect(edited('', '10,50.', GRAM)).toBe('10.50');
    expect(shown(edited('', '1.000', GRAM) ?? '')).toBe('1.000');
  });

  it('can be mended by hand', () => {
    const pasted = taken('10.50 EUR', GRAM);
    expect(shown(pasted)).toBe('10.50 EUR');
    const erased = [...'EUR'].reduce((entry) => edited(entry, shown(entry).slice(0, -1), GRAM) ?? entry, pasted);
    expect(erased).toBe('10.50');
    expect(edited(pasted, '', GRAM)).toBe('');
  });
});
