// Light and dark. The phones wear Telegram's own themes, which they also hand to the Mini App; the stage a calmer ground.

import { apply, DARK, derive, LIGHT, type ThemeParams } from '../base/theme';

export type Scheme = 'light' | 'dark';

/** All fifteen keys a current Telegram client sends. */
const TELEGRAM: Readonly<Record<Scheme, ThemeParams>> = {
  light: {
    ...LIGHT, bg_color: '#ffffff', header_bg_color: '#ffffff', bottom_bar_bg_color: '#f2f2f7', accent_text_color: '#007aff',
    section_header_text_color: '#6d6d72', section_separator_color: '#c8c7cc', subtitle_text_color: '#8e8e93',
  },
  dark: {
    ...DARK, bg_color: '#17212b', header_bg_color: '#17212b', bottom_bar_bg_color: '#17212b', accent_text_color: '#6ab2f2',
    section_header_text_color: '#6ab3f3', section_separator_color: '#111921', subtitle_text_color: '#708499',
  },
};

/** Behind the phones the page steps back, so that they stand out. */
const GROUND: Readonly<Record<Scheme, ThemeParams>> = {
  light: { ...LIGHT, secondary_bg_color: '#e9ecf1', text_color: '#10151c' },
  dark: { ...DARK, secondary_bg_color: '#0b1016', section_bg_color: '#141b23', text_color: '#eef3f8' },
};

export const telegramTheme = (scheme: Scheme): ThemeParams => TELEGRAM[scheme];

export function paint(page: 'phone' | 'stage', scheme: Scheme): void {
  const root = document.documentElement;
  apply(root, derive((page === 'phone' ? TELEGRAM : GROUND)[scheme]));
  root.dataset['scheme'] = scheme;
}

export function preferred(): Scheme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function isScheme(value: unknown): value is Scheme {
  return value === 'light' || value === 'dark';
}
