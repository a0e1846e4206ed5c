import { describe, expect, it } from 'vitest';
import { bill } from './Misbehave';
import { curl, doubled, drafted, type Invoice } from './shop';
import { merged, type Movement } from './rows';
import { errandOf } from './Visitor';

describe('paying it wrong', () => {
  const money = (amount: string, units: string) => ({ amount, units, asset: 'USDT' as const });
  const invoice: Invoice = {
    id: 'inv_1', status: 'open', exception: 'underpaid', money: money('1.2', '1200000'), received: money('0.6', '600000'),
    remaining: money('0.6', '600000'), description: null, reference: 'K7TQ', address: 'UQ', pay_url: '', expires_at: '2026-11-18T11:06:40.123Z',
  };

  it('asks for what is still missing, and for everything where nothing is', () => {
    const asked = { to: 'UQ', amount: '0.6', asset: 'USDT', reference: 'K7TQ', expires_at: 1795000000, mishap: 'late' };
    expect(bill(invoice, 'late')).toEqual(asked);
    expect(bill({ ...invoice, remaining: money('0', '0') }, 'none').amount).toBe('1.2');
  });

  it('doubles a rate in decimal digits', () => {
    expect([doubled('2.5'), doubled('0.05'), doubled('10'), doubled('9007199254740993.5')]).toEqual(['5.0', '0.10', '20', '18014398509481987.0']);
  });
});

it('writes a command whose quotes survive the shell', () => {
  const command = curl('http://localhost:8080', 'sk_test_1', { amount: '1', asset: 'GRAM', description: "Olga's latte" });
  expect(command).toContain(String.raw`Olga'\''s latte`);
  expect(command.split('\n').slice(0, -1).every((line) => line.endsWith('\\'))).toBe(true);
});

it('names a price in the coin or in dollars, never in both', () => {
  expect(drafted('5', 'GRAM', 'Latte', false)).toEqual({ amount: '5', asset: 'GRAM', description: 'Latte' });
  expect(drafted('5', 'GRAM', 'Latte', true)).toEqual({ fiat: { amount: '5', currency: 'USD' }, asset: 'GRAM', description: 'Latte' });
});

it('knows what a link wants from the stage', () => {
  expect(errandOf('?startapp=inv_1')).toEqual({ kind: 'link', startapp: 'inv_1' });
  expect(errandOf('?v=2&id=ab&r=%7B%7D&ret=back')).toEqual({ kind: 'wallet', query: 'v=2&id=ab&r=%7B%7D&ret=back' });
  expect(errandOf('?utm_source=x')).toBeNull();
});

describe('rows of the chain', () => {
  const row = (hash: string, status: Movement['status']): Movement => ({
    hash, status, lt: null, account: '', block: null, from: null, to: null, amount: '1', asset: 'GRAM', comment: null, label: null,
    who: { from: 'alice', to: 'bob' },
  });

  it('put what is new on top', () => {
    expect(merged([row('a', 'final')], row('b', 'pending')).map((each) => each.hash)).toEqual(['b', 'a']);
  });

  it('stay in place while a transaction ripens', () => {
    const rows = merged([row('b', 'pending'), row('a', 'pending')], { ...row('a', 'final'), block: 7 });
    expect(rows.map(({ hash, status, block }) => [hash, status, block])).toEqual([['b', 'pending', null], ['a', 'final', 7]]);
  });
});
