import { describe, expect, it } from 'vitest';
import { scaled } from './Misbehave';
import { curl, drafted } from './shop';
import { merged, type Movement } from './rows';
import { errandOf } from './Visitor';

describe('paying it wrong', () => {
  it('halves and doubles in decimal digits', () => {
    expect(scaled('1.20', 1n, 2n)).toBe('0.6');
    expect(scaled('0.5', 1n, 2n)).toBe('0.25');
    expect(scaled('10', 2n, 1n)).toBe('20');
    expect(scaled('9007199254740993.5', 2n, 1n)).toBe('18014398509481987');
  });

  it('never comes down to nothing', () => {
    expect(scaled('0.0', 1n, 2n)).toBe('0.01');
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
