// How the service is asked, and the verbs of it that more than one feature needs. A feature's own stand in its verbs.ts; nothing else knows a path.
import { effect, signal as signalOf } from '@preact/signals';
import { heard, wakes, whenInDoubt } from '../base/clock';
import { telegram } from '../base/telegram';
import { createClient, isAbort, pause, Problem, type CallOptions } from './client';
import type {
  Balances, Challenge, Info, Me, Page, PayAnswer, Payment, PublicInvoice, Request, Session, StarsOffer, Store, Wallet, WalletProof,
} from './types';

/** Seconds a long-poll may hang; the service answers sooner when something changes. */
const WAIT = 25;
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000];
/** Between tries when the service answers, but refuses. */
const REFUSED_MS = 20_000;

/** Why this sign-in has ended, when it cannot be renewed: nothing on the screen is news any more. */
export const signedOut = signalOf<Problem | null>(null);

const client = createClient({
  fetch: (input, init) => fetch(input, init),
  initData: () => telegram?.launch.initData ?? null,
  heard,
  ended: (why) => (signedOut.value = why),
});
export const { call } = client;
export const at = (path: string, id: string, rest = '') => `${path}/${encodeURIComponent(id)}${rest}`;

export const login = (): Promise<Session> => client.login();
export const getInfo = () => call<Info>('GET', '/v1/info', { auth: 'none' });
whenInDoubt(() => void getInfo().catch(() => undefined));
export const getMe = () => call<Me>('GET', '/v1/me');

export const challengeWallet = () => call<Challenge>('POST', '/v1/wallets/challenge');
export const linkWallet = (body: WalletProof) => call<Wallet>('POST', '/v1/wallets', { body });
export const getBalances = () => call<Balances>('GET', '/v1/balances');

export const listStores = () => call<Page<Store>>('GET', '/v1/merchants');

export const getPayment = (id: string) => call<Payment>('GET', at('/v1/payments', id));
export const reportSubmitted = (id: string, boc: string) => call<Payment>('POST', at('/v1/payments', id, '/submitted'), { body: { boc } });

export interface PaymentQuery {
  readonly limit?: number;
  readonly starting_after?: string | undefined;
  readonly direction?: 'in' | 'out' | undefined;
}
export const listPayments = (query: PaymentQuery = {}) => call<Page<Payment>>('GET', '/v1/payments', { query: { ...query } });

export const listRequests = () => call<Page<Request>>('GET', '/v1/requests');

/** What shows that it is this browser that pays an invoice: the pay page knows. */
export const browser: { as: (invoice: string) => CallOptions } = { as: () => ({}) };

/** Inside Telegram an invoice is read as somebody: digital goods are shown without a way to pay on the chain. */
const reader = (id: string): CallOptions => ({ auth: telegram ? 'session' : 'none', ...browser.as(id) });
export const getInvoice = (id: string) => call<PublicInvoice>('GET', at('/v1/public/invoices', id), reader(id));
/** Reckons a price in fiat anew if its rate is over; otherwise nothing changes. */
export const renewInvoice = (id: string) => call<PublicInvoice>('POST', at('/v1/public/invoices', id, '/renew'), reader(id));
export const offerStars = (id: string) => call<StarsOffer>('POST', at('/v1/public/invoices', id, '/stars'), { auth: 'none' });
/** What a payer has chosen: an asset, and of an open amount how much. */
export interface Wish {
  readonly asset: string;
  readonly amount?: string;
}
export const payInvoice = (id: string, from: string, wish: Wish, idempotencyKey: string) =>
  call<PayAnswer>('POST', at('/v1/public/invoices', id, '/pay'), { ...reader(id), body: { from, ...wish }, idempotencyKey });

export interface Following<T> {
  readonly signal: AbortSignal;
  readonly seen: (value: T) => void;
  /** Called with a problem while the service cannot be reached, and with null when it can again. */
  readonly trouble: (problem: Problem | null) => void;
}

/** Keeps a payment up to date by long-poll until it can change no more. */
export const followPayment = (payment: Payment, following: Following<Payment>) =>
  follow('/v1/payments', payment, () => ({}), (p) => p.status === 'final', following);

/** The same for an invoice. An expired one is still watched: late money must show. */
export const followInvoice = (invoice: PublicInvoice, following: Following<PublicInvoice>) =>
  follow('/v1/public/invoices', invoice, () => reader(invoice.id), (i) => i.status === 'paid' || i.status === 'void', following);

/** `who` is asked each time: the reader may have become somebody meanwhile. */
async function follow<T extends { readonly id: string; readonly status: string }>(
  path: string, start: T, who: () => CallOptions, settled: (value: T) => boolean, { signal, seen, trouble }: Following<T>,
): Promise<void> {
  let current = start;
  let failures = 0;
  while (!settled(current) && !signal.aborted) {
    try {
      const asked = performance.now();
      const query = { after: current.status };
      // The answer that ends the trouble must not wait for a change.
      const wait = failures > 0 ? 0 : WAIT;
      const next = await awake(signal, (stop) => call<T>('GET', at(path, current.id), { ...who(), query, wait, signal: stop }));
      if (next === null) continue;
      if (failures > 0) trouble(null);
      failures = 0;
      current = next;
      seen(current);
      // A proxy that answers at once must not turn this loop into a flood.
      if (performance.now() - asked < 250) await pause(500, signal);
    } catch (error) {
      if (isAbort(error)) return;
      if (!isSignIn(error)) trouble(problemIn(error));
      await pause(patience(error, failures), signal).catch(() => undefined);
      failures += 1;
    }
  }
}

/** Asks until there is an answer, with growing pauses. */
export async function insist<T>(ask: () => Promise<T>, { signal, seen, trouble }: Following<T>): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const answer = await ask().then((ok) => ({ ok }), (error: unknown) => ({ error }));
    if (signal.aborted) return;
    if ('ok' in answer) {
      trouble(null);
      return seen(answer.ok);
    }
    trouble(problemIn(answer.error));
    await pause(patience(answer.error, failures), signal).catch(() => undefined);
  }
}

const problemIn = (error: unknown) => (error instanceof Problem ? error : new Problem('unexpected', ''));

/** A sign-in that has ended is told on every screen, and by nothing else. Who is refused all the same is told like anybody. */
export function isSignIn(error: unknown): boolean {
  return error instanceof Problem && error.status === 401 && signedOut.peek() !== null;
}

/** Whether the service has understood and will not. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
}

/** How long to leave a service alone that did not answer, or refused. No loop that shows something alive ends by itself. */
export function patience(error: unknown, failures: number): number {
  return isRefusal(error) ? REFUSED_MS : (BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 8_000);
}

/** Waits for an answer, but not through a sleep: null when somebody looks again, or as somebody else, who wants to know how it is now. */
export async function awake<T>(signal: AbortSignal, ask: (stop: AbortSignal) => Promise<T>): Promise<T | null> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort, { once: true });
  const before = wakes.peek();
  const off = effect(() => {
    if (wakes.value !== before) abort();
  });
  try {
    return await ask(stop.signal);
  } catch (error) {
    if (isAbort(error) && !signal.aborted) return null;
    throw error;
  } finally {
    off();
    signal.removeEventListener('abort', abort);
  }
}
