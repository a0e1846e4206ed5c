// One way to speak to the service: JSON in, JSON out, every failure a Problem. The session token lives in this closure only.
import type { Session } from './types';

/** Something went wrong, by name. Slugs come from the service (`/problems/<slug>`); `offline`, `timeout` and `unreadable` are ours. */
export class Problem extends Error {
  readonly slug: string;
  readonly status: number;
  readonly requestId: string | null;

  constructor(slug: string, detail: string, status = 0, requestId: string | null = null) {
    super(detail);
    this.name = 'Problem';
    this.slug = slug;
    this.status = status;
    this.requestId = requestId;
  }

  /** Nobody answered: the network or the service is away, and trying again is safe. */
  get unreachable(): boolean {
    return this.slug === 'offline' || this.slug === 'timeout' || this.status === 502 || this.status === 504;
  }
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface CallOptions {
  readonly body?: object;
  readonly query?: Readonly<Record<string, string | number | null | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Seconds the server may hold the answer back (long-poll). */
  readonly wait?: number;
  /** Makes a repeated POST harmless. */
  readonly idempotencyKey?: string;
  /** The store that the person acts for. */
  readonly account?: string;
  /** Whatever else the call carries. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `none` for public routes; `optional` sends the token only when there is one. */
  readonly auth?: 'session' | 'optional' | 'none';
}

export interface Client {
  call<T>(method: Method, path: string, options?: CallOptions): Promise<T>;
  /** Exchanges initData for a session. Concurrent callers share one exchange. */
  login(): Promise<Session>;
}

export interface ClientOptions {
  readonly fetch: typeof fetch;
  /** Raw initData, exactly as Telegram gave it; null outside Telegram. */
  readonly initData: () => string | null;
  /** Gets the time of every answer: its `Date`, and the service's own word. */
  readonly heard?: (date: string | null, own: string | null) => void;
  /** Told when a sign-in has ended and cannot be renewed, and with null when it could be after all. */
  readonly ended?: (why: Problem | null) => void;
  readonly timeoutMs?: number;
}

/** Init data that was refused is not shown again for this long: it only grows older. */
const REFUSED_MS = 60_000;

export function createClient({ fetch, initData, heard, ended, timeoutMs = 15_000 }: ClientOptions): Client {
  const send = sender(fetch, timeoutMs, heard);
  let token: string | null = null;
  let pending: Promise<Session> | null = null;
  let refused: { readonly why: Problem; readonly at: number } | null = null;

  async function exchange(): Promise<Session> {
    const data = initData();
    if (!data) throw new Problem('not-in-telegram', 'There is no Telegram session to sign in with.', 401);
    if (refused && performance.now() - refused.at < REFUSED_MS) throw refused.why;
    try {
      const session = (await send('POST', '/v1/session', {}, `tma ${data}`)) as Session;
      token = session.token;
      refused = null;
      ended?.(null);
      return session;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        refused = { why: error, at: performance.now() };
        // Whoever was never in has not been shown anything that could go on looking as if it were alive.
        if (token) ended?.(error);
      }
      throw error;
    }
  }

  function login(): Promise<Session> {
    pending ??= exchange().finally(() => {
      pending = null;
    });
    return pending;
  }

  async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
    const auth = options.auth ?? 'session';
    if (auth === 'none' || (auth === 'optional' && !token)) return (await send(method, path, options, null)) as T;
    if (!token) await login();
    const used = token;
    try {
      return (await send(method, path, options, `Bearer ${used}`)) as T;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      if (token === used) await login();
      return (await send(method, path, options, `Bearer ${token}`)) as T;
    }
  }

  return { call, login };
}

type Send = (method: Method, path: string, options: CallOptions, authorization: string | null) => Promise<unknown>;

/** One request with its deadline; every way it can fail becomes a Problem, except the caller's own abort. */
function sender(fetch: ClientOptions['fetch'], timeoutMs: number, heard: ClientOptions['heard']): Send {
  return async (method, path, options, authorization) => {
    const limit = deadline(timeoutMs + (options.wait ?? 0) * 1000, options.signal);
    try {
      const response = await fetch(path + search(options), {
        method,
        headers: headersOf(options, authorization),
        signal: limit.signal,
        credentials: 'omit',
        ...(options.body ? { body: JSON.stringify(options.body) } : {}),
      });
      heard?.(response.headers.get('date'), response.headers.get('remit-time'));
      return await read(response);
    } catch (error) {
      throw asProblem(error, limit.expired(), options.signal);
    } finally {
      limit.clear();
    }
  };
}

function headersOf({ body, idempotencyKey, account, headers }: CallOptions, authorization: string | null): Record<string, string> {
  return {
    Accept: 'application/json',
    ...(body && { 'Content-Type': 'application/json' }),
    ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
    ...(account && { 'Remit-Account': account }),
    ...headers,
    ...(authorization && { Authorization: authorization }),
  };
}

/** A key for one intention; reuse it when the same intention is retried. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Waits, or rejects with the signal's abort. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function aborted(): Error {
  return new DOMException('Aborted', 'AbortError');
}

function search({ query = {}, wait }: CallOptions): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(key, String(value));
  }
  if (wait !== undefined) params.set('wait', String(wait));
  const text = params.toString();
  return text ? `?${text}` : '';
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) {
    if (body === undefined) throw new Problem('unreadable', 'The answer was not JSON.', response.status);
    return body;
  }
  throw problemOf(response.status, body);
}

function problemOf(status: number, body: unknown): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (key: string) => (typeof fields[key] === 'string' ? (fields[key] as string) : null);
  const slug = text('type')?.split('/').pop() || (status >= 500 ? 'unavailable' : 'unreadable');
  return new Problem(slug, text('detail') ?? text('title') ?? '', status, text('request_id'));
}

function asProblem(error: unknown, expired: boolean, signal: AbortSignal | undefined): unknown {
  if (error instanceof Problem) return error;
  if (signal?.aborted) return aborted();
  if (expired) return new Problem('timeout', 'The service did not answer in time.');
  return new Problem('offline', 'The service could not be reached.');
}

/** AbortSignal.any and .timeout are younger than the WebViews we meet. */
function deadline(ms: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  let expired = false;
  const abort = () => controller.abort();
  const timer = setTimeout(() => {
    expired = true;
    abort();
  }, ms);
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
