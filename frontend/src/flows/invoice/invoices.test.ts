import { describe, expect, it } from 'vitest';
import type { PublicInvoice } from '../../api/types';
import { now } from '../../base/clock';
import { money } from '../../base/money';
import { isRateOver, judge, rateLeft } from './invoices';

const least = money(2_000_000n, 'USDT', 6);

describe('an amount that is left to the payer', () => {
  it('is any sum from the least upwards', () => {
    expect(judge('2', least).money?.units).toBe('2000000');
    expect(judge('2,5', least).money?.amount).toBe('2.5');
    expect(judge('0.000001', money(0n, 'USDT', 6)).money?.units).toBe('1');
  });

  it('names the least when it is below, and is silent while nothing is typed', () => {
    expect(judge('1.999999', least)).toEqual({ money: null, error: 'At least 2\u00a0USDT' });
    for (const nothing of ['', '.', '0', '0.0']) expect(judge(nothing, least)).toEqual({ money: null, error: null });
  });

  it('is never rounded', () => {
    expect(judge('2.0000001', least).error).toMatch(/6 digits/);
    expect(judge('9'.repeat(20), least).money).toBeNull();
  });
});

describe('a price in fiat', () => {
  const at = (time: string) => `2026-11-23T${time}.000Z`;
  const priced = (over: object): PublicInvoice =>
    ({ status: 'open', expires_at: at('14:00:00'), fiat: { rate_expires_at: at('12:15:00') }, ...over }) as PublicInvoice;

  it('holds until a minute before its rate ends: a wallet still has to sign', () => {
    now.value = Date.parse(at('12:10:00'));
    expect(rateLeft(priced({}))).toBe(240_000);
    expect(isRateOver(priced({}))).toBe(false);
    now.value = Date.parse(at('12:14:00'));
    expect(isRateOver(priced({}))).toBe(true);
  });

  it('has no end of its own when it is held to the end, is paid, or is none', () => {
    now.value = Date.parse(at('13:00:00'));
    for (const other of [{ expires_at: at('12:15:00') }, { status: 'paid' }, { status: 'processing' }, { fiat: null }]) {
      expect(rateLeft(priced(other))).toBeNull();
      expect(isRateOver(priced(other))).toBe(false);
    }
  });
});
