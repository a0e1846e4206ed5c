// What a store has taken in the last days, reckoned from its paid invoices.
import { listInvoices } from '../../api/store';
import { current } from '../session';
import { lastDays, sums, type Sum, type Taking } from './sums';

const PAGE = 100;
/** More than these are not read for a picture. */
const MOST_PAGES = 10;
/** No invoice is open longer, so what was paid in a period was made at most this long before it. */
const LONGEST_OPEN_MS = 31 * 86_400_000;

export interface Report {
  readonly sums: readonly Sum[];
  /** False when there are more invoices than were read. */
  readonly whole: boolean;
}

export async function reportOf(store: string, days: number): Promise<Report> {
  const now = Date.now();
  const starts = lastDays(now, days);
  const { takings, whole } = await takingsSince(store, starts[0] ?? now);
  return { sums: sums(takings, starts, now, current().info.assets), whole };
}

async function takingsSince(store: string, since: number): Promise<{ takings: readonly Taking[]; whole: boolean }> {
  const takings: Taking[] = [];
  let last: string | undefined;
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const { data, has_more } = await listInvoices(store, { status: 'paid', limit: PAGE, starting_after: last });
    takings.push(...data.flatMap((invoice) => invoice.payments.map(({ at, money }) => ({ at, money }))));
    const oldest = data[data.length - 1];
    if (!has_more || !oldest || Date.parse(oldest.created_at) < since - LONGEST_OPEN_MS) return { takings, whole: true };
    last = oldest.id;
  }
  return { takings, whole: false };
}
