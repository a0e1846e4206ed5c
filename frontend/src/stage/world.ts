// The world's controls, `/sandbox/*`, as these pages use them: shapes and calls, no decisions.

export type Asset = 'GRAM' | 'USDT';

export interface Member {
  readonly person: string;
  readonly name: string;
  readonly username: string;
  readonly telegram_id: number;
  readonly color: string;
  readonly wallet: { readonly version: string; readonly address: string; readonly raw: string };
}

export interface Head {
  readonly seqno: number;
  /** Unix seconds on the chain's clock, which a test or a tester may have moved. */
  readonly time: number;
}

export interface Shop {
  readonly name: string;
  readonly key: string;
  readonly person: string;
}

export interface Info {
  readonly network: number;
  readonly head: Head;
  readonly block_time_ms: number;
  readonly bot: { readonly username: string };
  readonly usdt: { readonly master: string; readonly friendly: string; readonly decimals: number };
  readonly service_url: string | null;
  readonly shop: Shop | null;
  readonly cast: readonly Member[];
}

/** At most one of the actions is set. */
export interface ChatButton {
  readonly text: string;
  readonly url?: string;
  readonly web_app?: string;
  readonly callback_data?: string;
  readonly copy_text?: string;
}

export interface Message {
  readonly id: number;
  readonly from: 'bot' | 'me';
  /** Whoever sent it with the bot's help, from a chat of their own. */
  readonly via?: string;
  readonly text: string;
  readonly html: string;
  readonly photo?: string;
  /** Unix seconds. */
  readonly at: number;
  readonly edited: boolean;
  /** Telegram itself says it. */
  readonly service?: boolean;
  readonly buttons: readonly (readonly ChatButton[])[];
}

export interface Chat {
  readonly messages: readonly Message[];
  readonly revision: number;
  readonly menu_button: { readonly text: string; readonly web_app_url: string } | null;
  readonly blocked: boolean;
}

/** What came of tapping a button that the bot answers. */
export interface Tapped {
  readonly kind: string;
  readonly text?: string;
  readonly show_alert?: boolean;
  readonly url?: string | null;
}

export interface Balance {
  readonly asset: Asset;
  readonly amount: string;
}

/** A message of a transaction in words. */
export interface Transfer {
  readonly to: string;
  readonly name?: string | null;
  readonly amount: string;
  /** `JETTON` is one the wallet does not know; its amount is in smallest units. */
  readonly asset: Asset | 'JETTON';
  readonly comment: string | null;
  /** GRAM that goes along with a jetton to pay its way. */
  readonly attached?: string | null;
  /** What a body that is neither a comment nor a jetton transfer calls. */
  readonly operation?: string | null;
}

export interface WalletRequest {
  readonly id: string;
  readonly kind: 'connect' | 'transaction';
  readonly app: { readonly name: string; readonly url: string; readonly icon: string };
  readonly items?: readonly string[];
  /** Unix seconds on the chain's clock. */
  readonly valid_until?: number | null;
  readonly messages?: readonly Transfer[];
  readonly created_at: number;
}

export interface Connection {
  readonly app: string;
  readonly url: string;
  readonly connected_at: number;
}

export interface Wallet {
  readonly address: string;
  readonly raw: string;
  readonly version: string;
  readonly balances: readonly Balance[];
  readonly connections: readonly Connection[];
  readonly requests: readonly WalletRequest[];
  readonly revision: number;
}

/** What an invoice link asks of somebody, in Stars. */
export interface StarsSheet {
  readonly title: string;
  readonly description: string;
  readonly amount: number;
  readonly balance: number;
}

export type StarsClosed = 'paid' | 'failed' | 'cancelled';

export interface Launch {
  readonly init_data: string;
  /** The URL fragment a Telegram client opens a Mini App with, without theme and start parameters of its own. */
  readonly launch: string;
}

/** What the two sources of rates say, by pair such as `GRAM/USD`; decimal text. */
export type Rates = Readonly<Record<'north' | 'south', { readonly down: boolean; readonly rates: Readonly<Record<string, string>> }>>;

/** A way to pay; `none` is as it should be. */
export type Mishap =
  | 'none' | 'partial' | 'over' | 'twice' | 'late' | 'wrong_asset' | 'no_reference' | 'fake_usdt' | 'bounce';

/** An invoice as far as a wallet has to know it. */
export interface Bill {
  readonly to: string;
  readonly amount: string;
  readonly asset: Asset;
  readonly reference: string;
  /** Unix seconds. */
  readonly expires_at: number;
  readonly mishap: Mishap;
}

export interface Paid {
  /** What a shop has to expect of it for an open invoice, in words. */
  readonly meaning: string;
  readonly moved_seconds: number;
  readonly transfers: readonly {
    readonly amount: string;
    readonly asset: Asset;
    readonly genuine: boolean;
    readonly bounced: boolean;
  }[];
}

/** What the world answered instead: its own words when it gave some. */
export class Refused extends Error {}

/** Seconds the world may hold a poll that has no news. */
const WAIT = 25;

export const info = (signal?: AbortSignal) => get<Info>('info', signal);

export const chat = (person: string, after: number | null, signal: AbortSignal) =>
  get<Chat>(`people/${person}/chat${poll(after)}`, signal);

export const wallet = (person: string, after: number | null, signal: AbortSignal) =>
  get<Wallet>(`wallets/${person}${poll(after)}`, signal);

export const launch = (person: string, startParam: string | null) =>
  get<Launch>(`people/${person}/init_data${startParam ? `?start_param=${encodeURIComponent(startParam)}` : ''}`);

export const transaction = (hash: string) => get<Record<string, unknown>>(`transactions/${hash}`);

export const start = (person: string, param?: string) => post(`people/${person}/start`, param ? { param } : {});
export const say = (person: string, text: string) => post(`people/${person}/say`, { text });
/** `button` counts over all rows of the message. */
export const tap = (person: string, message: number, button: number) =>
  post<Tapped>(`people/${person}/tap`, { message_id: message, button });
export const block = (person: string) => post(`people/${person}/block`, {});
export const allow = (person: string) => post(`people/${person}/allow`, {});
export const share = (person: string, to: string, id: string) => post(`people/${person}/share`, { to, id });
export const unblock = (person: string) => post(`people/${person}/unblock`, {});

export const starsSheet = (person: string, slug: string) => get<StarsSheet>(`people/${person}/stars/${encodeURIComponent(slug)}`);
export const payStars = (person: string, slug: string) =>
  post<{ readonly status: 'paid' | 'failed'; readonly error?: string }>(`people/${person}/stars`, { slug });

export const openLink = (person: string, query: string) => post(`wallets/${person}/open`, { query });
export const answer = (person: string, request: string, verdict: 'approve' | 'decline') =>
  post(`wallets/${person}/requests/${request}/${verdict}`, {});
export const disconnect = (person: string) => post(`wallets/${person}/disconnect`, {});

export const faucet = (person: string, amount: string, asset: Asset) => post('faucet', { to: person, amount, asset });
/** Comes back when everything is final. */
export const pay = (person: string, bill: Bill) => post<Paid>(`wallets/${person}/pay`, bill);
export const rates = () => get<Rates>('rates');
/** Of both sources, unless one is named. */
export const moveRates = (to: Readonly<Record<string, string>>, source?: 'north' | 'south') =>
  put<Rates>('rates', { ...(source && { source }), rates: to });
export const reset = () => post('reset', {});

function poll(after: number | null): string {
  return after === null ? '' : `?after=${after}&wait=${WAIT}`;
}

function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, signal ? { signal } : {});
}

function post<T = unknown>(path: string, body: object): Promise<T> {
  return ask<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

function put<T>(path: string, body: object): Promise<T> {
  return ask<T>(path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/sandbox/${path}`, init);
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(words(answer) ?? `${response.status} ${response.statusText}`);
  return answer as T;
}

function words(answer: unknown): string | undefined {
  const error = (answer as { error?: unknown } | null)?.error;
  return typeof error === 'string' ? error : undefined;
}
