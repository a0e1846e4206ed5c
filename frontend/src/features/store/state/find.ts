// Finding invoices among those that are loaded. Pure: what the service can search by itself is asked of it elsewhere.
import type { Invoice } from '../types';

/** Whether every word stands somewhere in what a merchant reads of an invoice. */
export function fits(invoice: Invoice, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const { id, reference, description, external_id, money, fiat } = invoice;
  const text = [id, reference, description, external_id, `${money.amount} ${money.asset}`, fiat && `${fiat.amount} ${fiat.currency}`]
    .filter(Boolean).join('\n').toLowerCase();
  return words.every((word) => text.includes(word.replace(',', '.')) || text.includes(word));
}

/** Puts one that was found by its number before the others, once. */
export function withExact(found: readonly Invoice[], exact: Invoice | null): readonly Invoice[] {
  return exact ? [exact, ...found.filter(({ id }) => id !== exact.id)] : found;
}
