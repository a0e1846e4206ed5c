// The shop's side: the service's merchant API, called exactly as any integrator would, key and all.

import type { Asset } from '../world';

export interface ShopEvent {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly created_at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** So much of the coin, or as much as dollars come to. */
export type Draft = {
  readonly asset: Asset;
  readonly description: string;
} & ({ readonly amount: string } | { readonly fiat: { readonly amount: string; readonly currency: 'USD' } });

export function drafted(amount: string, asset: Asset, description: string, inDollars: boolean): Draft {
  return inDollars ? { fiat: { amount, currency: 'USD' }, asset, description } : { amount, asset, description };
}

export interface Money {
  readonly amount: string;
  readonly asset: Asset;
  readonly units: string;
}

export interface Invoice {
  readonly id: string;
  readonly status: string;
  readonly exception: string;
  readonly money: Money;
  readonly received: Money;
  readonly remaining: Money;
  readonly description: string | null;
  readonly reference: string;
  readonly address: string;
  readonly pay_url: string;
  readonly expires_at: string;
}

/** An answer that is not the one hoped for, with the problem's own words. */
export class Problem extends Error {
  readonly slug: string;

  constructor(slug: string, words: string) {
    super(words);
    this.slug = slug;
  }
}

export async function create(service: string, key: string, draft: Draft): Promise<Invoice> {
  const response = await fetch(`${service}/v1/invoices`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(draft),
  });
  return read<Invoice>(response);
}

/** The newest that can still be paid in time. */
export async function openInvoices(service: string, key: string): Promise<readonly Invoice[]> {
  const response = await fetch(`${service}/v1/invoices?status=open&limit=20`, { headers: { authorization: `Bearer ${key}` } });
  return (await read<{ data: readonly Invoice[] }>(response)).data;
}

export async function events(
  service: string, key: string, after: number, signal: AbortSignal,
): Promise<{ data: ShopEvent[]; has_more: boolean }> {
  const response = await fetch(`${service}/v1/events?after=${after}&limit=100&wait=25`, {
    headers: { authorization: `Bearer ${key}` },
    signal,
  });
  return read(response);
}

/** The same call for a terminal. Single quotes, so that a shell changes nothing inside. */
export function curl(service: string, key: string, draft: Draft): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    `curl ${service}/v1/invoices`,
    `-H ${quoted(`Authorization: Bearer ${key}`)}`,
    `-H ${quoted('Content-Type: application/json')}`,
    `-d ${quoted(JSON.stringify(draft))}`,
  ].join(' \\\n  ');
}

async function read<T>(response: Response): Promise<T> {
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const problem = answer as { type?: string; title?: string; detail?: string } | null;
  throw new Problem(problem?.type?.replace('/problems/', '') ?? '', problem?.detail ?? problem?.title ?? `${response.status}`);
}

/** Twice a decimal, on its own digits. */
export function doubled(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const text = (BigInt(whole + fraction) * 2n).toString().padStart(fraction.length + 1, '0');
  return fraction === '' ? text : `${text.slice(0, -fraction.length)}.${text.slice(-fraction.length)}`;
}
