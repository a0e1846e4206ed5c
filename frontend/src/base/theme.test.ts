import { describe, expect, it } from 'vitest';
import { apply, contrast, DARK, derive, LIGHT, type ThemeParams, type Token } from './theme';
import css from './theme.css?raw';

const READABLE = 4.5;

/** Foreground and background pairs that the styles put together. */
const PAIRS: readonly (readonly [Token, Token])[] = [
  ['text', 'page'], ['text', 'card'],
  ['hint', 'page'], ['hint', 'card'], ['hint', 'fill'],
  ['accent', 'page'], ['accent', 'card'], ['accent', 'fill'], ['accent', 'tint'], ['accent', 'tint-page'],
  ['btn-text', 'btn'],
  ['good', 'page'], ['good', 'card'], ['good', 'good-tint'],
  ['bad', 'page'], ['bad', 'card'], ['bad', 'bad-tint'],
  ['warn', 'card'], ['warn', 'warn-tint'],
];

function unreadable(params: ThemeParams): string[] {
  const { tokens } = derive(params);
  return PAIRS.filter(([fg, bg]) => contrast(tokens[fg], tokens[bg]) < READABLE).map(([fg, bg]) => `${fg} on ${bg}`);
}

describe('the contrast guard', () => {
  it('is needed: the stock themes fail without it', () => {
    expect(contrast('#708499', '#17212b')).toBeLessThan(READABLE);
    expect(contrast('#007aff', '#ffffff')).toBeLessThan(READABLE);
    expect(contrast('#ffffff', '#2ea6ff')).toBeLessThan(READABLE);
  });

  const themes: Record<string, ThemeParams> = {
    light: LIGHT,
    dark: DARK,
    nothing: {},
    rubbish: { secondary_bg_color: 'red', section_bg_color: 7, hint_color: '#12', link_color: null },
    'grey on grey': { secondary_bg_color: '#808080', section_bg_color: '#808080', text_color: '#818181', hint_color: '#7f7f7f', link_color: '#808080', button_color: '#808080', button_text_color: '#828282' },
    'yellow buttons': { ...LIGHT, button_color: '#ffe600', button_text_color: '#ffffff', link_color: '#ffe600' },
    'dark buttons on dark': { ...DARK, button_color: '#101010', button_text_color: '#000000', link_color: '#101010' },
    'black and white': { secondary_bg_color: '#000000', section_bg_color: '#000000', text_color: '#ffffff', hint_color: '#ffffff', link_color: '#ffffff', button_color: '#ffffff', button_text_color: '#000000' },
  };
  it.each(Object.keys(themes))('makes every pair readable: %s', (name) => {
    expect(unreadable(themes[name] ?? {})).toEqual([]);
  });

  it('leaves alone what is readable already', () => {
    const fine = { ...LIGHT, link_color: '#0000aa', text_color: '#222222' };
    expect(derive(fine).tokens.accent).toBe('#0000aa');
    expect(derive(fine).tokens.text).toBe('#222222');
  });

  it('keeps a card apart from a page of the same colour', () => {
    const flat = { ...DARK, section_bg_color: '#0e1621', secondary_bg_color: '#0e1621' };
    expect(derive(flat).tokens.card).not.toBe(derive(flat).tokens.page);
  });
});

it('writes its tokens onto an element', () => {
  const root = document.createElement('div');
  apply(root, derive(DARK));
  expect(root.style.getPropertyValue('--card')).toBe('#17212b');
  expect(root.style.getPropertyValue('color-scheme')).toBe('dark');
});

describe('theme.css', () => {
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
  const declared = (block: string, token: string) => new RegExp(`--${token}: (#[0-9a-f]{6});`).exec(block)?.[1];

  it('starts from what the guard derives from the stock themes', () => {
    for (const [block, params] of [[light, LIGHT], [dark, DARK]] as const) {
      const { tokens } = derive(params);
      for (const token of Object.keys(tokens) as Token[]) expect([token, declared(block, token)]).toEqual([token, tokens[token]]);
    }
  });
});
