import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from './client';
import { usePages, type Pages } from './pages';
import type { Page } from './types';

type Letters = Page<string>;
const page = (items: string, has_more = false): Letters => ({ data: [...items], has_more });
const away = new Problem('database-unavailable', '', 503);

describe('a list that is read a page at a time', () => {
  let place: HTMLElement;
  let list: Pages<string>;
  /** What is answered from now on, and after which item that was asked for. */
  let answer: (last: string | undefined) => Promise<Letters>;
  let asked: (string | undefined)[];
  beforeEach(() => {
    vi.useFakeTimers();
    place = document.createElement('div');
    asked = [];
  });
  afterEach(() => {
    act(() => render(null, place));
    vi.useRealTimers();
  });
  const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  const open = async (first: () => Promise<Letters>) => {
    answer = first;
    const List = () => {
      list = usePages<string>((last) => {
        asked.push(last);
        return answer(last);
      }, (item) => item);
      return null;
    };
    act(() => render(h(List, null), place));
    await pass(0);
  };
  const refresh = async () => {
    list.refresh();
    await pass(0);
  };
  const shown = () => list.items.join('');
  const after = (ms: number, found: Letters) => () => new Promise<Letters>((done) => setTimeout(() => done(found), ms));

  it('says at once that it could not be read again, and reads it later by itself, less and less often', async () => {
    await open(async () => page('ba'));
    answer = () => Promise.reject(away);
    await refresh();
    expect([shown(), list.stale?.slug, list.problem, list.busy]).toEqual(['ba', 'database-unavailable', null, false]);
    const before = asked.length;
    await pass(1_000);
    expect(asked.length).toBe(before + 1);
    await pass(1_000);
    expect(asked.length).toBe(before + 1);
    await pass(1_000);
    expect(asked.length).toBe(before + 2);
    answer = async () => page('cba');
    await pass(4_000);
    expect([shown(), list.stale]).toEqual(['cba', null]);
    await pass(60_000);
    expect(asked.length).toBe(before + 3);
  });

  it('does not wait for its turn when there is news', async () => {
    await open(async () => page('ba'));
    answer = () => Promise.reject(away);
    for (let i = 0; i < 4; i += 1) await refresh();
    answer = async () => page('cba');
    await refresh();
    expect([shown(), list.stale]).toEqual(['cba', null]);
    const before = asked.length;
    await pass(60_000);
    expect(asked.length).toBe(before);
  });

  it('takes what is new also while a later page is on its way', async () => {
    await open(async () => page('dc', true));
    answer = after(500, page('ba'));
    list.next();
    answer = async () => page('ed', true);
    await refresh();
    expect(shown()).toBe('edc');
    await pass(500);
    expect([shown(), list.more, list.busy]).toEqual(['edcba', false, false]);
  });

  it('leaves no gap when so much is new that the later page belongs elsewhere', async () => {
    await open(async () => page('dc', true));
    answer = after(500, page('ba'));
    list.next();
    answer = async () => page('zy', true);
    await refresh();
    await pass(500);
    expect([shown(), list.more, list.busy]).toEqual(['zy', true, false]);
  });

  it('shows the newest of two answers, whichever comes last', async () => {
    await open(async () => page('a'));
    answer = after(500, page('ba'));
    list.refresh();
    answer = async () => page('cba');
    await refresh();
    await pass(500);
    expect(shown()).toBe('cba');
  });

  it('comes by itself although the first try fails, and says so until then', async () => {
    await open(() => Promise.reject(away));
    expect([shown(), list.problem?.slug, list.stale, list.busy]).toEqual(['', 'database-unavailable', null, false]);
    answer = async () => page('ba');
    await pass(1_000);
    expect([shown(), list.problem, list.busy]).toEqual(['ba', null, false]);
  });

  it('asks again at once when somebody does not want to wait', async () => {
    await open(() => Promise.reject(away));
    answer = async () => page('ba');
    list.next();
    await pass(0);
    expect([shown(), list.problem, list.busy]).toEqual(['ba', null, false]);
  });

  it('stops when its screen closes', async () => {
    await open(() => Promise.reject(away));
    act(() => render(null, place));
    const before = asked.length;
    await pass(60_000);
    expect(asked.length).toBe(before);
  });
});
