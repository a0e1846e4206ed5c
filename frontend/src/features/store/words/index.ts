// The sentences of a store's screens: they come with those screens, in the language in force.
import { effect, signal } from '@preact/signals';
import { language } from '../../../base/text';
import { learn } from '../../../parts/problems';
import { en, type StoreText } from './en';

export const words = signal<StoreText>(en);

/** Resolves when the screens can be drawn in the person's language. */
export async function speak(code: string): Promise<void> {
  const next = code === 'ru' ? (await import('./ru')).ru : en;
  if (language.peek() !== code) return;
  words.value = next;
  learn(next.problems);
}

effect(() => void speak(language.value).catch(() => undefined));
