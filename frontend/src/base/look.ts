// The theme in force: Telegram's while it is around us, else the system's, which theme.css already follows.
import { effect, signal } from '@preact/signals';
import { telegram } from './telegram';
import { language } from './text';
import { apply, DARK, derive, LIGHT, type Theme } from './theme';

/** What a wallet's own windows are to look like. */
export interface Look {
  readonly dark: boolean;
  readonly tokens: Theme['tokens'];
  readonly language: string;
}

export const theme = signal<Theme | null>(telegram && themed(telegram.launch.theme));

/** Paints the page and Telegram's frame around it, now and on every change. */
export function watchTheme(): void {
  telegram?.on('theme_changed', (event) => (theme.value = themed(event.theme_params) ?? theme.peek()));
  effect(() => {
    if (!theme.value) return;
    apply(document.documentElement, theme.value);
    telegram?.paint(theme.value.tokens.page);
  });
}

export function look(): Look {
  const stock = matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT;
  return { ...(theme.peek() ?? derive(stock)), language: language.peek() };
}

function themed(params: Readonly<Record<string, unknown>>): Theme | null {
  return Object.keys(params).length > 0 ? derive(params) : null;
}
