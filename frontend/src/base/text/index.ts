// Words in the language in force. English comes with whatever says it; another language is fetched before that is first drawn.
import { batch, signal, type ReadonlySignal } from '@preact/signals';
import { en } from './en';

/** Languages one can choose, each named in itself. */
export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'ru', name: 'Русский' },
] as const;
export type Language = (typeof LANGUAGES)[number]['code'];

export const language = signal<Language>('en');

/** Fetches one set of words in a language, and answers with how to put it in force. */
type Fetch = (to: Language) => Promise<() => void>;
const sets: Fetch[] = [];

/** A set of words: their English, and where every other language is to be had. */
export function words<T>(english: T, others: Readonly<Record<Exclude<Language, 'en'>, () => Promise<T>>>): ReadonlySignal<T> {
  const said = signal(english);
  let now: Language = 'en';
  sets.push(async (to) => {
    if (to === now) return () => undefined;
    const next = to === 'en' ? english : await others[to]();
    return () => {
      now = to;
      said.value = next;
    };
  });
  return said;
}

export const text = words(en, { ru: () => import('./ru').then((all) => all.ru) });

/** Switches to a language, or to English if we do not speak it; all words at once, or none. */
export async function useLanguage(code: string): Promise<void> {
  const short = code.slice(0, 2).toLowerCase();
  const to = LANGUAGES.find((known) => known.code === short)?.code ?? 'en';
  let turns: readonly (() => void)[] = [];
  // More may arrive meanwhile.
  while (turns.length < sets.length) turns = await Promise.all(sets.map((fetch) => fetch(to)));
  batch(() => {
    for (const turn of turns) turn();
    language.value = to;
  });
  document.documentElement.lang = to;
}

/** Resolves when whatever has just arrived speaks as everything else does. */
export const spoken = (): Promise<void> => useLanguage(language.peek());
