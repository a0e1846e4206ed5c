import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../api/client';
import * as requests from '../../flows/requests.words';
import { explain } from '../../parts/problems';
import { language, spoken, useLanguage, words } from '.';
import { en } from './en';
import { ru } from './ru';
import { clockTime, countdown, dayName, elapsed } from './when';

describe('languages', () => {
  /** Every sentence with its path; functions by their name only. */
  function leaves(value: unknown, path = ''): string[] {
    if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([k, v]) => leaves(v, `${path}.${k}`));
    return [path];
  }

  const glob = import.meta.glob<{ readonly en?: object; readonly ru?: object }>(['../../**/*words*.ts', '../../**/{en,ru}.ts'], { eager: true });
  /** Of each set, in both languages: they stand in one file, or in two whose names differ by the language. */
  const sets = Object.entries(glob).flatMap(([file, { en: english }]) => {
    const other = file.replace(/\/en\.ts$/, '/ru.ts').replace(/words\.ts$/, 'words.ru.ts');
    return english ? [[file, english, (glob[other]?.ru ?? glob[file]?.ru) as object] as const] : [];
  });

  it.each(sets)('say the same things: %s', (_, english, other) => expect(leaves(other).sort()).toEqual(leaves(english).sort()));

  it('count as their speakers do', () => {
    expect([0, 1, 2].map(requests.en.paidTimes)).toEqual(['Not paid yet', 'Paid once', 'Paid 2 times']);
    expect([1, 2, 5, 21].map(requests.ru.paidTimes)).toEqual(['Оплачен 1 раз', 'Оплачен 2 раза', 'Оплачен 5 раз', 'Оплачен 21 раз']);
  });
});

describe('a change of language', () => {
  afterEach(() => useLanguage('en'));

  it('takes along what arrives meanwhile', async () => {
    let arrive: (words: { a: string }) => void = () => undefined;
    const coming = new Promise<{ a: string }>((done) => (arrive = done));
    words({ a: 'one' }, { ru: () => coming });
    const change = useLanguage('ru-RU');
    const late = words({ b: 'two' }, { ru: async () => ({ b: 'два' }) });
    arrive({ a: 'один' });
    await change;
    expect([language.value, late.value.b]).toEqual(['ru', 'два']);
    const later = words({ c: 'three' }, { ru: async () => ({ c: 'три' }) });
    await spoken();
    expect(later.value.c).toBe('три');
  });

  it('is of all words or of none', async () => {
    let fails = true;
    const there = words({ a: 'one' }, { ru: async () => ({ a: 'один' }) });
    words({ b: 'two' }, { ru: async () => (fails ? Promise.reject(new Error()) : { b: 'два' }) });
    await expect(useLanguage('ru')).rejects.toThrow();
    expect([language.value, there.value.a]).toEqual(['en', 'one']);
    fails = false;
    await useLanguage('ru');
    expect(there.value.a).toBe('один');
  });
});

describe('problems', () => {
  it('say what to do, and that money is safe when we are at fault', () => {
    expect(explain(new Problem('chain-unreachable', 'x', 503), en).safe).toBe(en.problem.safe);
    expect(explain(new Problem('person-unknown', 'x', 404), en)).toEqual({ ...en.problem.known['person-unknown'], safe: null });
  });

  it('send whoever is no longer signed in back to Telegram, whatever the service calls it', () => {
    for (const slug of ['login-stale', 'session-invalid', 'login-invalid']) {
      expect(explain(new Problem(slug, 'The init data is too old', 401), en)).toEqual({ happened: en.session.expired, advice: en.session.expiredBody, safe: null });
    }
    expect(explain(new Problem('session-ended', '', 401), ru).happened).toBe('Этот вход завершён');
  });

  it('fall back on the service\'s words, then on ours', () => {
    expect(explain(new Problem('new-kind', 'The moon is full', 409), en).happened).toBe('The moon is full');
    expect(explain(new Problem('new-kind', '', 409), en).happened).toBe(en.problem.unknown.happened);
  });
});

describe('times', () => {
  const noon = new Date(2026, 10, 23, 12, 0).getTime();
  const on = (day: number, hour: number, year = 2026) => new Date(year, 10, day, hour).toISOString();

  it('are named by days as a person counts them', () => {
    expect(dayName(on(23, 0), noon, 'en', en)).toBe('Today');
    expect(dayName(on(22, 23), noon, 'en', en)).toBe('Yesterday');
    expect(dayName(on(20, 12), noon, 'en', en)).toBe('Fri, November 20');
    expect(dayName(on(20, 12, 2024), noon, 'en', en)).toContain('2024');
  });

  it('use a full day\'s clock', () => expect(clockTime(on(23, 0), 'en')).toBe('00:00'));

  it('count down and never below zero', () => {
    expect([245_000, 61, -5, 3_845_000].map(countdown)).toEqual(['4:05', '0:01', '0:00', '1:04:05']);
  });

  it('measure steps, even if clocks disagree', () => {
    const at = (second: string) => `2026-01-01T00:00:${second}Z`;
    expect(elapsed([null, at('00.000'), at('03.120'), null, at('05.600')])).toEqual([null, '0.0', '3.1', null, '5.6']);
    expect(elapsed([at('03.900'), at('04.100'), at('03')])).toEqual(['0.0', '0.2', '0.2']);
  });
});
