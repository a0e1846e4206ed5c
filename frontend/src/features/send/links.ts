// What somebody types, pastes or scans to say whom they pay: one reader for all three. A link is understood as a whole or
// refused, because what it asks for must not be dropped in silence. The service reads it once more and has the last word:
// on checksums, on the coins it takes, and on the time, which is its own.
import type { Info } from '../../api/types';
import { rawOf } from '../../base/address';
import { routeOf, type Route } from '../../router';

/** Why a text means nobody who can be paid here. Each has its sentence in words.ts. */
export type Refusal =
  | 'dns' | 'telegram' | 'web' | 'network' | 'other' | 'secret' | 'invisible'
  | 'contract' | 'unknown' | 'twice' | 'value' | 'plus' | 'fragment';

export type Target =
  /** A name, an address or a link: for the service to look up, as it stands here. */
  | { readonly kind: 'ask'; readonly query: string }
  /** Something of this service that has a screen of its own. */
  | { readonly kind: 'open'; readonly route: Route }
  | { readonly kind: 'refused'; readonly why: Refusal; readonly what: string };

type Own = Pick<Info, 'public_url' | 'app_url' | 'bot_username'>;

/** Takes no place, or looks like a space and is none: zero-width characters, marks of direction, the soft hyphen. */
const UNSEEN = '\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2007\\u200b-\\u200f\\u2028-\\u202f\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb';
const ENDS = new RegExp(`^[\\s${UNSEEN}\\u0000-\\u001f\\u007f]+|[\\s${UNSEEN}\\u0000-\\u001f\\u007f]+$`, 'g');
const INSIDE = new RegExp(`[${UNSEEN}]`);

const TRANSFER = /^(?:ton:\/\/transfer\/|tonkeeper:\/\/transfer\/|https:\/\/app\.tonkeeper\.com\/transfer\/|ton:(?!\/\/))/i;
const T_ME = /^(?:https?:\/\/)?(?:www\.t\.me|t\.me|telegram\.me|telegram\.dog)\/(.*)$/i;
const NAME_T_ME = /^(?:https?:\/\/)?([a-z]\w{2,31})\.t\.me\/?$/i;
const NAME = /^[a-z]\w{2,31}$/i;
const ADDRESS_LIKE = /^(?:[EUk0]Q|[EUk0]f|-?\d+:)/;
/** What stands behind t.me/ and is no name. */
const NO_NAMES = /^(?:addemoji|addlist|addstickers|addtheme|bg|boost|confirmphone|contact|giftcode|invoice|iv|joinchat|login|proxy|setlanguage|share|socks|telegrampassport)$/i;
const ELSEWHERE = /^(?:0x[0-9a-f]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|bc1[a-z0-9]{23,})$/i;
/** So many plain words in a row are what a wallet is restored from. */
const SECRET = /^(?:[a-z]+\s+){11,}[a-z]+$/i;

/** A text without what cannot be seen at its ends. */
export function bare(text: string): string {
  return text.replace(ENDS, '');
}

/** Null while there is nothing to read. */
export function readTarget(typed: string, own: Own): Target | null {
  const text = bare(typed);
  if (text === '') return null;
  if (SECRET.test(text)) return refused('secret');
  if (INSIDE.test(text)) return refused('invisible');
  if (text.startsWith('@')) return { kind: 'ask', query: text };
  const mine = routeOf(text) ?? ownLink(text, own);
  if (mine) return { kind: 'open', route: mine };
  if (TRANSFER.test(text)) return transfer(text, text.replace(TRANSFER, ''));
  return telegram(text) ?? elsewhere(text);
}

/** Our pay page, or a link that opens this app at something. */
function ownLink(text: string, own: Own): Route | null {
  const page = new RegExp('^' + escaped(own.public_url) + '/(?:pay|receipt)/([a-z]+_\\w+)/?$', 'i').exec(text)?.[1];
  if (page) return routeOf(page);
  if (text.startsWith(own.app_url)) return routeOf(text.slice(own.app_url.length));
  const [, path = ''] = T_ME.exec(text) ?? [];
  const [, bot, param] = /^(\w+)(?:\/\w+)?\/?\?startapp=([\w-]+)$/.exec(path) ?? [];
  return bot && bot.toLowerCase() === own.bot_username?.toLowerCase() ? routeOf(param ?? null) : null;
}

function telegram(text: string): Target | null {
  const bearer = NAME_T_ME.exec(text)?.[1] ?? /^tg:\/\/resolve\?domain=(\w+)$/i.exec(text)?.[1];
  if (bearer) return { kind: 'ask', query: `@${bearer}` };
  const path = T_ME.exec(text)?.[1];
  if (path === undefined) return null;
  const name = path.replace(/\/+$/, '');
  return NAME.test(name) && !NO_NAMES.test(name) ? { kind: 'ask', query: `@${name}` } : refused('telegram');
}

function elsewhere(text: string): Target {
  if (/^https?:\/\//i.test(text)) return refused('web');
  if (text.includes('://')) return refused('other');
  const head = text.split(/[?#]/, 1)[0] ?? '';
  if (rawOf(head) !== null || ADDRESS_LIKE.test(text)) return transfer(text, text);
  if (/\.ton$/i.test(text)) return refused('dns');
  if (ELSEWHERE.test(text)) return refused('network');
  if (/^[a-z]+:/i.test(text)) return refused('other');
  return { kind: 'ask', query: NAME.test(text) ? `@${text}` : text };
}

/** Whether every single thing that a link says is one that is understood. */
function transfer(text: string, rest: string): Target {
  if (rest.includes('#')) return refused('fragment');
  const said = new Set<string>();
  for (const pair of (rest.split('?').slice(1).join('?')).split('&').filter(Boolean)) {
    const cut = pair.indexOf('=');
    const name = decoded(cut < 0 ? pair : pair.slice(0, cut));
    const value = cut < 0 ? '' : pair.slice(cut + 1);
    if (name === null) return refused('value');
    const wrong = judge(name.toLowerCase(), value);
    if (wrong) return refused(wrong, name);
    const about = ABOUT[name.toLowerCase()] ?? name.toLowerCase();
    if (said.has(about)) return refused('twice', name);
    said.add(about);
  }
  return { kind: 'ask', query: text };
}

const ABOUT: Readonly<Record<string, string>> = { text: 'comment', memo: 'comment' };

function judge(name: string, value: string): Refusal | null {
  switch (name) {
    case 'amount':
      return /^\d{1,19}$/.test(value) && BigInt(value) > 0n && BigInt(value) < 2n ** 63n ? null : 'value';
    case 'exp':
      return /^\d{1,10}$/.test(value) ? null : 'value';
    case 'jetton':
      return rawOf(decoded(value) ?? '') === null ? 'value' : null;
    case 'text':
    case 'memo':
    case 'comment':
      return value.includes('+') ? 'plus' : decoded(value) === null ? 'value' : null;
    case 'bin':
    case 'init':
    case 'stateinit':
    case 'payload':
      return 'contract';
    default:
      return 'unknown';
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function refused(why: Refusal, what = ''): Target {
  return { kind: 'refused', why, what: what.slice(0, 32) };
}
