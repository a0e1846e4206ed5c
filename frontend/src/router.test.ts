import { beforeEach, describe, expect, it } from 'vitest';
import { back, canGoBack, land, push, restore, route, routeOf, save, stack } from './router';

beforeEach(() => land());

describe('the stack', () => {
  it('goes forth and back, and never below home', () => {
    push({ name: 'recipient' });
    push({ name: 'amount' });
    back();
    expect(route.value).toEqual({ name: 'recipient' });
    back();
    back();
    expect(route.value).toEqual({ name: 'home' });
    expect(canGoBack.value).toBe(false);
  });

  it('forgets a finished flow: back from a payment leads home', () => {
    push({ name: 'recipient' });
    push({ name: 'review' });
    land({ name: 'payment', id: 'pay_1' });
    back();
    expect(stack.value).toEqual([{ name: 'home' }]);
  });
});

describe('links into the app', () => {
  it.each([
    ['inv_01HZX', { name: 'invoice', id: 'inv_01HZX' }],
    ['req_a-b_C', { name: 'request', id: 'req_a-b_C' }],
    ['pay_7', { name: 'payment', id: 'pay_7' }],
    ['acc_7', { name: 'store', id: 'acc_7', page: 'overview' }],
    [`join_${'0a'.repeat(32)}`, { name: 'join', id: '0a'.repeat(32) }],
  ])('%s opens its screen', (param, expected) => expect(routeOf(param)).toEqual(expected));

  it.each([null, '', 'inv_', 'wal_1', 'inv_a/b', 'inv_a?x=1', 'xinv_1', `inv_${'a'.repeat(61)}`, 'inv_<img>', 'join_0a', `join_${'0A'.repeat(32)}`])('%j opens nothing', (param) =>
    expect(routeOf(param)).toBeNull(),
  );
});

describe('surviving a reload', () => {
  it('keeps screens that stand by themselves and drops half-made payments', () => {
    push({ name: 'request', id: 'req_1' });
    push({ name: 'recipient' });
    expect(restore(save(stack.value))).toEqual([{ name: 'home' }, { name: 'request', id: 'req_1' }]);
  });

  it('keeps the page of a store', () => {
    const page = { name: 'store', id: 'acc_1', page: 'invoice', item: 'inv_1' } as const;
    push(page);
    expect(restore(save(stack.value))).toEqual([{ name: 'home' }, page]);
  });

  it.each(['[{"name":"store","id":"acc_1"}]', '[{"name":"store","id":"acc_1","page":7}]', null, '', 'x', '{}', '[]', '[{"name":"nowhere"}]', '[{"name":"payment"}]', '[null]'])('is not fooled by %j', (text) =>
    expect(restore(text)).toBeNull(),
  );
});
