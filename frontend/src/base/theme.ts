// Telegram's theme colours turned into our tokens, nudged until every pair is readable (WCAG AA).
// Users bring their own themes, and even the stock ones fail: #708499 on #17212b is 4.2 : 1.

/** Theme parameters as Telegram sends them. Old clients omit keys; custom themes hold anything. */
export type ThemeParams = Readonly<Record<string, unknown>>;

export type Token =
  | 'page' | 'card' | 'text' | 'hint' | 'accent' | 'tint' | 'tint-page' | 'fill' | 'fill-page' | 'line'
  | 'btn' | 'btn-text' | 'good' | 'good-tint' | 'bad' | 'bad-tint' | 'warn' | 'warn-tint';

export interface Theme {
  readonly dark: boolean;
  readonly tokens: Readonly<Record<Token, string>>;
}

type Rgb = readonly [number, number, number];

/** WCAG 2.2 §1.4.3, text of any size. */
const READABLE = 4.5;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const STEPS = 50;

export const LIGHT: ThemeParams = {
  section_bg_color: '#ffffff', secondary_bg_color: '#efeff4', text_color: '#000000', hint_color: '#8e8e93',
  link_color: '#007aff', button_color: '#007aff', button_text_color: '#ffffff', destructive_text_color: '#ff3b30',
};

export const DARK: ThemeParams = {
  section_bg_color: '#17212b', secondary_bg_color: '#0e1621', text_color: '#f5f5f5', hint_color: '#708499',
  link_color: '#6ab3f3', button_color: '#2ea6ff', button_text_color: '#ffffff', destructive_text_color: '#ec3942',
};

/** Every token, readable on every surface it is used on, whatever the theme says. */
export function derive(params: ThemeParams): Theme {
  const dark = luminance(colour(params, 'secondary_bg_color') ?? colour(params, 'bg_color') ?? WHITE) < 0.18;
  const base = dark ? DARK : LIGHT;
  const pick = (key: string): Rgb => colour(params, key) ?? colour(base, key) ?? BLACK;

  const page = pick('secondary_bg_color');
  const card = apart(colour(params, 'section_bg_color') ?? colour(params, 'bg_color') ?? pick('section_bg_color'), page, dark);
  const text = reach(pick('text_color'), [page, card]);
  const fill = mix(card, text, 0.07);
  const fillPage = mix(page, text, 0.07);
  const surfaces = [page, card, fill];
  const btnText = pick('button_text_color');
  const tint = mix(card, pick('button_color'), 0.14);
  const tintPage = mix(page, pick('button_color'), 0.14);
  const meaning = (seed: Rgb): [Rgb, Rgb] => {
    const wash = mix(card, seed, 0.14);
    return [reach(seed, [page, card, wash, mix(page, seed, 0.14)]), wash];
  };
  const [good, goodTint] = meaning(dark ? [79, 206, 93] : [31, 138, 59]);
  const [bad, badTint] = meaning(pick('destructive_text_color'));
  const [warn, warnTint] = meaning(dark ? [240, 180, 80] : [150, 95, 0]);

  const tokens: Record<Token, Rgb> = {
    page, card, text, tint, 'tint-page': tintPage, fill, 'fill-page': fillPage,
    hint: reach(pick('hint_color'), surfaces),
    accent: reach(pick('link_color'), [...surfaces, tint, tintPage]),
    line: mix(card, text, 0.1),
    btn: reach(pick('button_color'), [btnText]),
    'btn-text': btnText,
    good, 'good-tint': goodTint, bad, 'bad-tint': badTint, warn, 'warn-tint': warnTint,
  };
  return { dark, tokens: mapValues(tokens, hex) };
}

/** Writes the tokens onto an element, normally `<html>`, and tells the browser which scheme its own controls follow. */
export function apply(root: HTMLElement, theme: Theme): void {
  for (const [name, value] of Object.entries(theme.tokens)) root.style.setProperty(`--${name}`, value);
  root.style.setProperty('color-scheme', theme.dark ? 'dark' : 'light');
}

/** Contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  return ratio(parse(a) ?? BLACK, parse(b) ?? BLACK);
}

/** Moves a colour towards black or white until it is readable on all backgrounds; the nearer end that works wins. */
function reach(from: Rgb, backgrounds: readonly Rgb[]): Rgb {
  const worst = (c: Rgb) => Math.min(...backgrounds.map((b) => ratio(c, b)));
  const end = worst(WHITE) > worst(BLACK) ? WHITE : BLACK;
  for (let step = 0; step <= STEPS; step += 1) {
    const candidate = mix(from, end, step / STEPS);
    if (worst(candidate) >= READABLE) return candidate;
  }
  return end;
}

/** Some themes paint cards and page alike; a card must still be seen as one. */
function apart(card: Rgb, page: Rgb, dark: boolean): Rgb {
  if (ratio(card, page) >= 1.04) return card;
  return dark || luminance(card) < 0.9 ? mix(page, WHITE, 0.05) : mix(page, BLACK, 0.035);
}

function colour(params: ThemeParams, key: string): Rgb | undefined {
  const value = params[key];
  return typeof value === 'string' ? parse(value) : undefined;
}

function parse(value: string): Rgb | undefined {
  if (!/^#[0-9a-f]{6}$/i.test(value)) return undefined;
  const at = (i: number) => parseInt(value.slice(i, i + 2), 16);
  return [at(1), at(3), at(5)];
}

function hex(c: Rgb): string {
  return '#' + c.map((v) => v.toString(16).padStart(2, '0')).join('');
}

/** `over` laid on `base` with the given opacity, rounded as a screen would. */
function mix(base: Rgb, over: Rgb, opacity: number): Rgb {
  const channel = (i: 0 | 1 | 2) => Math.round(base[i] + (over[i] - base[i]) * opacity);
  return [channel(0), channel(1), channel(2)];
}

function ratio(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Relative luminance, WCAG 2.2. */
function luminance(c: Rgb): number {
  const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
}

function mapValues<K extends string, A, B>(record: Record<K, A>, f: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([k, v]) => [k, f(v)])) as Record<K, B>;
}
