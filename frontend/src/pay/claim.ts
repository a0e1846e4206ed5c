// This browser as the payer: a secret of its own for each invoice whose shop has a word for whoever pays. The word is told to it, and not to everybody with the link.
import { idempotencyKey } from '../api/client';
import { at, browser, call } from '../api/remit';
import type { PublicInvoice } from '../api/types';
import { wakes } from '../base/clock';

const NAME = 'remit-payer-';
/** Where the browser keeps nothing, this page does, for as long as it is open. */
const kept = new Map<string, string>();

const shown = (secret: string) => ({ headers: { 'Remit-Payer-Secret': secret } });

function known(invoice: string): string | undefined {
  try {
    return localStorage.getItem(NAME + invoice) ?? kept.get(invoice);
  } catch {
    return kept.get(invoice);
  }
}

browser.as = (invoice) => {
  const secret = known(invoice);
  return secret ? shown(secret) : {};
};

function keep(invoice: string, secret: string): void {
  kept.set(invoice, secret);
  try {
    localStorage.setItem(NAME + invoice, secret);
  } catch {
    // Until this page is closed it is known all the same.
  }
}

/** The invoice with a reference of this browser's own, also for the code that another device reads; null if it needs none. */
export async function claim({ id, has_paid_message, status }: PublicInvoice): Promise<PublicInvoice | null> {
  if (!has_paid_message || (status !== 'open' && status !== 'processing') || known(id)) return null;
  const secret = idempotencyKey() + idempotencyKey();
  const invoice = await call<PublicInvoice>('POST', at('/v1/public/invoices', id, '/claim'), { auth: 'none', ...shown(secret) });
  keep(id, secret);
  // What is still waited for was asked as anybody, and would be answered so.
  wakes.value += 1;
  return invoice;
}
