import { describe, expect, it } from 'vitest';
import { figure, format, money, parse, plain, share, unitsOf, worth, written } from './money';

const GRAM = 9;
const USDT = 6;

describe('parsing what a person typed', () => {
  it.each([
    ['1.5', 1_500_000_000n],
    ['1,5', 1_500_000_000n],
    ['.5', 500_000_000n],
    ['7.', 7_000_000_000n],
    ['0.000000001', 1n],
    [' 12 ', 12_000_000_000n],
    ['1.5000000000000', 1_500_000_000n],
  ])('reads %s', (text, units) => expect(parse(text, GRAM)).toEqual({ ok: units }));

  it.each([
    ['', 'empty'],
    ['.', 'empty'],
    ['1e3', 'malformed'],
    ['-1', 'malformed'],
    ['+1', 'malformed'],
    ['1.2.3', 'malformed'],
    ['1,234.5', 'malformed'],
    ['٣', 'malformed'],
    ['0.0000000001', 'too_precise'],
    ['9223372037', 'too_large'],
  ])('refuses %j as %s', (text, error) => expect(parse(text, GRAM)).toEqual({ error }));

  it('keeps amounts that a floating point number would bend', () => {
    expect(parse('9007199254.740993', GRAM)).toEqual({ ok: 9_007_199_254_740_993_000n });
    expect(parse('0.1', USDT)).toEqual({ ok: 100_000n });
  });

  it('takes the largest amount the service can hold, and not one unit more', () => {
    expect(parse('9223372036.854775807', GRAM)).toEqual({ ok: 2n ** 63n - 1n });
    expect(parse('9223372036.854775808', GRAM)).toEqual({ error: 'too_large' });
  });
});

describe('writing', () => {
  it('comes back as it went', () => {
    for (const units of [0n, 1n, 999_999_999n, 1_000_000_000n, 1_234_567_890_123n, 2n ** 63n - 1n]) {
      expect(parse(plain(units, GRAM), GRAM)).toEqual({ ok: units });
    }
  });

  it('groups thousands and drops trailing zeros', () => {
    expect(figure(1_234_567_500_000_000n, GRAM)).toEqual({ whole: '1\u202f234\u202f567', fraction: '.5' });
    expect(figure(999_000_000_000n, GRAM)).toEqual({ whole: '999', fraction: '' });
  });

  it('shows at least and at most the digits asked for, and never rounds up', () => {
    expect(figure(5_000_000_000n, GRAM, 2, 4)).toEqual({ whole: '5', fraction: '.00' });
    expect(figure(1_999_999_999n, GRAM, 2, 4)).toEqual({ whole: '1', fraction: '.9999' });
  });

  it('signs a direction with a true minus', () => {
    expect(format(money(5_000_000_000n, 'GRAM', GRAM), 'out')).toBe('\u22125\u00a0GRAM');
    expect(format(money(1_200_000n, 'USDT', USDT), 'in')).toBe('+1.2\u00a0USDT');
  });

  it('makes the money the service understands', () => {
    const sum = money(1_500_000_000n, 'GRAM', GRAM);
    expect(sum).toEqual({ amount: '1.5', asset: 'GRAM', units: '1500000000', decimals: 9 });
    expect(unitsOf(sum)).toBe(1_500_000_000n);
  });
});

it('takes a share rounded down, so that it can always be paid', () => {
  expect(share(3n, 50n)).toBe(1n);
  expect(share(128_401_300_000n, 25n)).toBe(32_100_325_000n);
});

describe('prices in fiat', () => {
  it('keep every digit the shop has named', () => {
    expect(written('5.00', 'USD')).toBe('5.00\u00a0USD');
    expect(written('1234567.50', 'USD')).toBe('1\u202f234\u202f567.50\u00a0USD');
    expect(written('1200', 'JPY')).toBe('1\u202f200\u00a0JPY');
  });

  it('show a rate with the digits that matter, and say when there are more', () => {
    expect(worth('GRAM', '2.5', 'USD')).toBe('1\u00a0GRAM = 2.5\u00a0USD');
    expect(worth('GRAM', '100', 'USD')).toBe('1\u00a0GRAM = 100\u00a0USD');
    expect(worth('GRAM', '2.310000000000000142', 'USD')).toBe('1\u00a0GRAM \u2248 2.31\u00a0USD');
    expect(worth('USDT', '0.99998765', 'USD')).toBe('1\u00a0USDT \u2248 0.9999\u00a0USD');
    expect(worth('CAT', '0.0000123456', 'USD')).toBe('1\u00a0CAT \u2248 0.00001234\u00a0USD');
    expect(worth('GRAM', '3.0000000000000000001', 'USD')).toContain('\u2248');
  });
});
