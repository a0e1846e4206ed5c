// A service for tests: it answers by method and path, and remembers what it was asked.
import { vi } from 'vitest';

export interface Asked {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
export type Answer = (asked: Asked) => Response | Promise<Response>;

export const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
export const says = (body: unknown): Answer => () => json(200, body);
export const refuses = (status: number, slug: string): Answer => () => json(status, { type: `/problems/${slug}`, title: slug });
export const list = (...data: unknown[]): Answer => says({ data, has_more: false });
export const never: Answer = () => new Promise<Response>(() => undefined);

/** Whoever is signed in, and the wallet they are paid at. */
export const wallet = { id: 'wal_1', address: 'UQ', raw: `0:${'0'.repeat(64)}`, version: 'v5', default: true, linked_at: '' };
export const person = { id: 'per_1', first_name: 'Bob', username: null, language: 'en', notifications: true, can_message: true, wallets: [wallet] };
export const signsIn: Answer = () => json(201, { token: 't', expires_at: '', person });

export interface Service {
  /** By path, or by `POST path`; a test changes it as it goes. Whatever is not here is not found. */
  readonly answers: Map<string, Answer>;
  readonly asked: Asked[];
  /** How often a path was asked for so far. */
  count(path: string): number;
}

/** Stands in for `fetch`; an answer that nobody waits for any more does not come. */
export function fakeService(answers: Readonly<Record<string, Answer>>): Service {
  const service: Service = {
    answers: new Map(Object.entries(answers)),
    asked: [],
    count: (path) => service.asked.filter((one) => one.path === path).length,
  };
  vi.stubGlobal('fetch', (url: string, { method, headers, signal }: RequestInit) => {
    const path = url.split('?')[0] ?? '';
    const asked: Asked = { url, path, headers: headers as Record<string, string> };
    service.asked.push(asked);
    const answer = service.answers.get(`${method} ${path}`) ?? service.answers.get(path) ?? refuses(404, 'not-found');
    const left = new Promise<never>((_, leave) => signal?.addEventListener('abort', () => leave(signal.reason)));
    return Promise.race([Promise.resolve(answer(asked)), left]);
  });
  return service;
}
