import { describe, expect, it } from 'vitest';
import { money } from '../money';
import { judge } from './invoices';

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
