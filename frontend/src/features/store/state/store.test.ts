import { describe, expect, it } from 'vitest';
import { merged } from '../../../api/pages';
import type { May } from '../../../api/types';
import { money } from '../../../base/money';
import { mayRead, mayWrite, ROLES } from '../../../flows/store/role';
import type { Invoice } from '../types';
import { en } from '../words/en';
import { ru } from '../words/ru';
import { fits, withExact } from './find';
import { leftOf } from './left';
import { choices, NO_RIGHTS, scopesOf } from './scopes';
import { dateOf, lastDays, offsetOf, sums, type Taking } from './sums';

const GRAM = { asset: 'GRAM', decimals: 9 };
const USDT = { asset: 'USDT', decimals: 6 };
const noon = new Date(2026, 10, 23, 12).getTime();
const took = (day: number, units: bigint, of = GRAM, count = 1): Taking => ({ day: `2026-11-${day}`, count, money: money(units, of.asset, of.decimals) });

describe('the last days', () => {
  it('begin at midnight and end today', () => {
    const days = lastDays(noon, 7);
    expect(days).toHaveLength(7);
    expect(new Date(days[0] ?? 0)).toEqual(new Date(2026, 10, 17));
    expect(new Date(days[6] ?? 0)).toEqual(new Date(2026, 10, 23));
  });

  it('reach over the end of a month', () => {
    expect(new Date(lastDays(new Date(2026, 2, 2, 1).getTime(), 3)[0] ?? 0)).toEqual(new Date(2026, 1, 28));
  });
});

describe('sums', () => {
  const days = lastDays(noon, 7);

  it('add up each asset by itself and day by day', () => {
    const [gram, usdt] = sums([took(23, 5n), took(23, 7n, GRAM, 2), took(20, 1n), took(23, 3n, USDT)], days, [GRAM, USDT]);
    expect(gram).toMatchObject({ asset: 'GRAM', units: 13n, count: 4 });
    expect(gram?.days.map((day) => day.units)).toEqual([0n, 0n, 0n, 1n, 0n, 0n, 12n]);
    expect(usdt).toMatchObject({ units: 3n, count: 1 });
  });

  it('lose nothing of sums no Number could hold', () => {
    const large = 9_007_199_254_740_993n;
    expect(sums([took(22, large), took(22, 2n)], days, [GRAM])[0]?.units).toBe(large + 2n);
  });

  it('leave out what is older, and count what a slow clock has not come to', () => {
    const [gram] = sums([took(16, 100n), took(17, 1n), took(24, 2n)], days, [GRAM]);
    expect(gram?.days.map((day) => day.units)).toEqual([1n, 0n, 0n, 0n, 0n, 0n, 2n]);
  });

  it('know assets that are no longer accepted, if money came in them', () => {
    const old = { asset: 'OLD', decimals: 2 };
    expect(sums([took(23, 4n, old)], days, [GRAM]).map((sum) => [sum.asset, sum.units])).toEqual([['GRAM', 0n], ['OLD', 4n]]);
  });

  it('name days as the service does', () => {
    expect([dateOf(noon), dateOf(days[0] ?? 0)]).toEqual(['2026-11-23', '2026-11-17']);
    expect(offsetOf(noon)).toMatch(/^[+-]\d\d:\d\d$/);
  });
});

describe('what is left to give back', () => {
  const refund = (status: 'requires_signature' | 'succeeded' | 'failed' | 'canceled', meant: bigint, sent: bigint) =>
    ({ status, money: money(meant, 'GRAM', 9), sent: money(sent, 'GRAM', 9) });
  const came = money(10n, 'GRAM', 9);

  it('is all of it at first', () => expect(leftOf(came, [])).toBe(10n));
  it('is less what goes back and what has gone', () => expect(leftOf(came, [refund('requires_signature', 3n, 0n), refund('succeeded', 2n, 2n)])).toBe(5n));
  it('is not touched by what came to nothing', () => expect(leftOf(came, [refund('failed', 3n, 0n), refund('canceled', 9n, 0n)])).toBe(10n));
  it('counts what was signed twice, and never falls below nothing', () => {
    expect(leftOf(came, [refund('succeeded', 4n, 8n)])).toBe(2n);
    expect(leftOf(came, [refund('succeeded', 8n, 16n)])).toBe(0n);
  });
});

describe('finding invoices', () => {
  const invoice = (part: Partial<Invoice>) =>
    ({ id: 'inv_1', reference: 'K7TQ-9F2M', description: 'Two books', external_id: 'Order-1042', money: money(1_500_000_000n, 'GRAM', 9), fiat: null, ...part }) as Invoice;

  it.each(['books', 'TWO books', '1042', 'k7tq', '1.5', '1,5 gram', 'inv_1'])('finds it by %j', (query) => expect(fits(invoice({}), query)).toBe(true));
  it.each(['three', 'books usdt', '2.5'])('does not by %j', (query) => expect(fits(invoice({}), query)).toBe(false));
  it('puts the exact one first, once', () => {
    const [a, b] = [invoice({ id: 'inv_a' }), invoice({ id: 'inv_b' })];
    expect(withExact([a, b], b).map(({ id }) => id)).toEqual(['inv_b', 'inv_a']);
    expect(withExact([a], null)).toEqual([a]);
  });
});

describe('pages read again', () => {
  const key = (item: string) => item;

  it('put what is new before what was known', () => {
    expect(merged({ data: ['d', 'c'], has_more: true }, { items: ['c', 'b', 'a'], more: false }, key)).toEqual({ items: ['d', 'c', 'b', 'a'], more: false });
  });
  it('begin anew when they do not reach back to it', () => {
    expect(merged({ data: ['z', 'y'], has_more: true }, { items: ['b', 'a'], more: false }, key)).toEqual({ items: ['z', 'y'], more: true });
  });
  it('let go of what is no longer there', () => {
    expect(merged({ data: ['b'], has_more: false }, { items: ['c', 'b', 'a'], more: false }, key)).toEqual({ items: ['b'], more: false });
  });
});

describe('roles and rights', () => {
  it('let support look at money and at nothing else', () => {
    expect(ROLES).toEqual(['owner', 'manager', 'support']);
    const told = (...may: May[]) => ({ may });
    const support = told('invoices:read');
    const manager = told('invoices:read', 'invoices:write', 'keys:read', 'payout:read');
    const all = [told(...manager.may, 'keys:write', 'payout:write'), manager, support];
    expect(all.map((store) => mayWrite(store, 'invoices'))).toEqual([true, true, false]);
    expect(all.map((store) => mayRead(store, 'keys'))).toEqual([true, true, false]);
    expect(all.map((store) => mayWrite(store, 'payout'))).toEqual([true, false, false]);
    expect(mayRead(support, 'invoices')).toBe(true);
  });

  it('are named as the service names them', () => {
    expect(scopesOf('till', NO_RIGHTS)).toEqual(['invoices:write', 'events:read']);
    expect(scopesOf('custom', { ...NO_RIGHTS, webhooks: 'write' })).toEqual(['webhooks:write']);
    expect(scopesOf('custom', NO_RIGHTS)).toEqual([]);
    expect(scopesOf('all', NO_RIGHTS)).toBeUndefined();
  });

  it('are given only by who has them', () => {
    const may: readonly May[] = ['events:read', 'invoices:read', 'invoices:write'];
    expect((['invoices', 'events', 'keys'] as const).map((area) => choices(may, area))).toEqual([['none', 'read', 'write'], ['none', 'read'], ['none']]);
  });
});

it('a store speaks both languages', () => {
  const leaves = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([k, v]) => leaves(v, `${path}.${k}`)) : [path];
  expect(leaves(ru).sort()).toEqual(leaves(en).sort());
  expect([1, 2, 5, 21].map(ru.overview.paid)).toEqual(['1 платёж', '2 платежа', '5 платежей', '21 платёж']);
});
