// The language in force. English comes with the page; another one is fetched before the first screen is drawn.
import { signal } from '@preact/signals';
import { en, type Text } from './en';

const LOADERS: Readonly<Record<string, () => Promise<Text>>> = {
  en: async () => en,
  ru: async () => (await import('./ru')).ru,
};

/** Languages one can choose, each named in itself. */
export const LANGUAGES: readonly { readonly code: string; readonly name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'ru', name: 'Русский' },
];

export const language = signal('en');
export const text = signal<Text>(en);

/** Switches to a language, or to English if we do not speak it. */
export async function useLanguage(code: string): Promise<void> {
  const short = code.slice(0, 2).toLowerCase();
  const known = short in LOADERS ? short : 'en';
  if (known === language.peek()) return;
  const load = LOADERS[known];
  if (!load) return;
  text.value = await load();
  language.value = known;
  document.documentElement.lang = known;
}
