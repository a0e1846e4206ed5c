// What one phone knows and does: its chat, its wallet, the Mini App that may be open, and the little notices on top.

import { effect, signal } from '@preact/signals';
import { follow } from '../follow';
import { as, stageOf } from '../origins';
import { info, nameOf } from '../people';
import { isScheme, preferred, telegramTheme, type Scheme } from '../scheme';
import { tell } from '../talk';
import { app, phone } from '../text';
import * as world from '../world';
import { destination, telegramPath } from './links';
import { announce, newSession, type Session } from './session';

const query = new URLSearchParams(location.search);
const asked = query.get('theme');

export const person = query.get('person') ?? location.hostname.split('.')[0] ?? '';
export const stageOrigin = stageOf(person, location);

export const scheme = signal<Scheme>(isScheme(asked) ? asked : preferred());
export const chat = signal<world.Chat | null>(null);
export const wallet = signal<world.Wallet | null>(null);
export const session = signal<Session | null>(null);
export const away = signal(false);

/** `summoned` when a request brought the wallet up by itself; then it also leaves by itself. */
export const walletShown = signal<'no' | 'yes' | 'summoned'>('no');
/** A passing word at the bottom, and a bot's message announced over the Mini App. */
export const toast = signal<string | null>(null);
/** What the bot answered to a tap and wants read. */
export const alert = signal<string | null>(null);
export const banner = signal<world.Message | null>(null);

/** Telegram's payment sheet, while one is open; `closed` hears what became of it. */
export interface StarsAsked {
  readonly slug: string;
  readonly closed: (status: world.StarsClosed) => void;
}
export const starsAsked = signal<StarsAsked | null>(null);

export async function begin(): Promise<void> {
  info.value = await world.info();
  if (!info.value.cast.some((one) => one.person === person)) return;
  follow((after, signal) => world.chat(person, after, signal), takeChat, (is) => (away.value = is));
  follow((after, signal) => world.wallet(person, after, signal), takeWallet);
  const startapp = query.get('startapp');
  if (startapp) await openApp({ startapp });
}

/** Runs something the person asked for; a refusal is shown, never thrown. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : phone.failed);
    return false;
  }
}

export function say(words: string): void {
  toast.value = words;
}

/** Opens the Mini App: at a place its link names (`startapp`), or at the address a button carries. */
export async function openApp({ startapp = null, url }: { readonly startapp?: string | null; readonly url?: string }): Promise<void> {
  await attempt(async () => {
    // The stage may hand over a link before this phone knows where it is.
    info.value ??= await world.info();
    const address = url ?? info.value.service_url;
    if (!address) return;
    const target = as(person, address);
    const { launch } = await world.launch(person, startapp);
    const fragment = new URLSearchParams(launch);
    fragment.set('tgWebAppThemeParams', JSON.stringify(telegramTheme(scheme.value)));
    if (startapp) fragment.set('tgWebAppStartParam', startapp);
    // What this page plays: apps offer a phone what they offer no browser, such as scanning a code.
    fragment.set('tgWebAppPlatform', 'android');
    // Telegram percent-encodes; URLSearchParams alone would write a space as a plus.
    target.hash = [...fragment].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    show(newSession('app', target, startapp, app.continue));
  });
}

/** Shows one of the service's pages in the phone's browser. The fragment makes TON Connect ask us, not t.me, for the wallet. */
export function openPage(link: string): void {
  const target = as(person, link);
  target.hash = 'tgWebAppVersion=9.1&tgWebAppPlatform=web';
  show(newSession('page', target, null, app.continue));
}

function show(next: Session): void {
  banner.value = null;
  session.value = next;
}

export function closeApp(): void {
  session.value = null;
}

/** Closes, after asking when the app wants that. */
export function leaveApp(): void {
  const open = session.value;
  if (!open?.asksBeforeClosing.value) return closeApp();
  open.popup.value = {
    title: app.leaveTitle,
    message: app.leaveBody,
    buttons: [{ id: 'leave', type: 'destructive', text: app.leave }, { id: 'stay', type: 'cancel', text: app.stay }],
    closed: (button) => {
      open.popup.value = null;
      if (button === 'leave') closeApp();
    },
  };
}

/** A Mini App asks whether the bot may write; the person decides. */
export async function askToWrite(): Promise<boolean> {
  return (await wantsMessages()) && attempt(() => world.allow(person));
}

function wantsMessages(): Promise<boolean> {
  return new Promise((decided) => {
    const open = session.value;
    if (!open) return decided(false);
    open.popup.value = {
      title: app.writeTitle,
      message: app.writeBody,
      buttons: [{ id: 'yes', type: 'default', text: app.writeYes }, { id: 'no', type: 'cancel', text: app.writeNo }],
      closed: (button) => {
        open.popup.value = null;
        decided(button === 'yes');
      },
    };
  });
}

export function follows(link: string): void {
  const path = telegramPath(link);
  if (path !== null) openTelegram(path);
  else if (isService(link)) openPage(link);
  else if (/^https?:/.test(link)) window.open(link, '_blank', 'noopener');
  else say(phone.cannotOpen(` (${link})`));
}

function isService(link: string): boolean {
  const service = info.value?.service_url;
  return service != null && URL.canParse(link) && as(person, link).origin === as(person, service).origin;
}

export function openTelegram(path: string): void {
  const where = destination(path, info.value?.bot.username ?? '');
  if (where.to === 'app') void openApp({ startapp: where.startapp });
  else if (where.to === 'wallet') void openWallet(where.query);
  else if (where.to === 'invoice') starsAsked.value = { slug: where.slug, closed: () => undefined };
  else if (where.to === 'share' && session.value) session.value.share.value = { kind: 'link', url: where.url };
  else if (where.to === 'chat') {
    closeApp();
    if (where.param !== null) void attempt(() => world.start(person, where.param ?? undefined));
  } else say(phone.cannotOpen(path));
}

/** Without a request in the link, the request is on its way over the bridge. */
async function openWallet(request: string | null): Promise<void> {
  if (request === null) walletShown.value = 'summoned';
  else await attempt(() => world.openLink(person, request));
}

export function haptic(strength: 'light' | 'strong'): void {
  if (window.parent !== window) tell(window.parent, stageOrigin, { remit: 'haptic', strength });
}

/** Puts a link into another person's hands. Without a stage around, their phone opens in a tab of its own. */
export function hand(to: string, startapp: string): void {
  if (window.parent !== window) tell(window.parent, stageOrigin, { remit: 'hand', person: to, startapp });
  else {
    const url = as(to, new URL('/phone', stageOrigin));
    url.search = new URLSearchParams({ person: to, theme: scheme.value, startapp }).toString();
    window.open(url, '_blank', 'noopener');
  }
}

export const myName = () => nameOf(person);

function takeChat(next: world.Chat): number {
  const before = chat.value;
  chat.value = next;
  const newest = next.messages.at(-1);
  const isNews = before && newest && newest.from === 'bot' && newest.id > (before.messages.at(-1)?.id ?? 0);
  if (isNews && session.value) banner.value = newest;
  return next.revision;
}

function takeWallet(next: world.Wallet): number {
  const known = new Set(wallet.value?.requests.map((request) => request.id));
  wallet.value = next;
  if (next.requests.some((request) => !known.has(request.id)) && walletShown.value === 'no') walletShown.value = 'summoned';
  return next.revision;
}

effect(() => {
  const theme_params = telegramTheme(scheme.value);
  const open = session.peek();
  if (open) announce(open, 'theme_changed', { theme_params });
});
