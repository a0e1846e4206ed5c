// Every invoice, newest first; by state, and by whatever one remembers of it.
import { useEffect, useState } from 'preact/hooks';
import { pause, Problem } from '../../api/client';
import { usePages } from '../../api/pages';
import { insist } from '../../api/remit';
import type { Store } from '../../api/types';
import { useNews } from '../../flows/store/feed';
import { Live, Nothing } from '../../flows/store/live';
import { Card } from '../../parts/card';
import { Failure, Skeleton } from '../../parts/notice';
import { ChipChoice } from '../../parts/options';
import { Paged } from '../../parts/paged';
import { Search } from '../../parts/search';
import { fits, withExact } from './state/find';
import { InvoiceRow } from './status';
import type { Invoice, InvoiceStatus } from './types';
import { getStoreInvoice, listInvoices } from './verbs';
import { words } from './words';

const PAGE = 30;
const DEBOUNCE_MS = 300;
const FILTERS = ['all', 'open', 'processing', 'paid', 'expired', 'void'] as const;
type Filter = (typeof FILTERS)[number];

export function Invoices({ store }: { store: Store }) {
  const t = words.value;
  const [filter, setFilter] = useState<Filter>('all');
  const [query, setQuery] = useState('');
  return (
    <Live title={t.invoices.title}>
      <Search label={t.search} placeholder={t.invoices.search} value={query} onChange={setQuery} />
      <ChipChoice
        label={t.invoices.filter} value={filter} onChange={setFilter}
        options={FILTERS.map((value) => ({ value, label: value === 'all' ? t.all : t.invoices.status[value] }))}
      />
      <List key={filter} store={store} status={filter === 'all' ? undefined : filter} query={query.trim()} />
    </Live>
  );
}

function List({ store, status, query }: { store: Store; status: InvoiceStatus | undefined; query: string }) {
  const t = words.value.invoices;
  const pages = usePages<Invoice>(
    (last) => listInvoices(store.id, { limit: PAGE, status, starting_after: last?.id }),
    ({ id }) => id,
  );
  const { items, more, busy, problem } = pages;
  useNews(store.id, pages.refresh);
  const { invoice: exact, trouble } = useExact(store.id, query);
  const shown = query ? withExact(items.filter((invoice) => fits(invoice, query)), exact) : items;
  const empty = !busy && !problem && !trouble && shown.length === 0;
  return (
    <Paged of={pages}>
      {shown.length > 0 && (
        <Card>
          {shown.map((invoice) => <InvoiceRow key={invoice.id} store={store.id} invoice={invoice} />)}
        </Card>
      )}
      {busy && items.length === 0 && <Card><Skeleton rows={7} /></Card>}
      {trouble && <Failure problem={trouble} />}
      {empty && (query ? <Nothing icon="search" title={t.none}>{more ? t.noneBody : null}</Nothing> : <Nothing icon="receipt" title={t.empty}>{t.emptyBody}</Nothing>)}
      {query && items.length > 0 && <p class="fine">{t.among(items.length, more)}</p>}
    </Paged>
  );
}

interface Exact {
  readonly query: string;
  readonly invoice: Invoice | null;
  /** Why it is not known whether there is one. */
  readonly trouble: Problem | null;
}

const UNKNOWN: Exact = { query: '', invoice: null, trouble: null };

/** What the service finds by the merchant's own number or by an invoice's id, wherever it stands in the list. */
function useExact(store: string, query: string): Exact {
  const [found, setFound] = useState(UNKNOWN);
  useEffect(() => {
    if (query === '') return undefined;
    const stop = new AbortController();
    void insist(() => lookUp(store, query, stop.signal), {
      signal: stop.signal,
      seen: (invoice) => setFound({ query, invoice, trouble: null }),
      trouble: (trouble) => setFound({ query, invoice: null, trouble }),
    });
    return () => stop.abort();
  }, [query]);
  return found.query === query ? found : UNKNOWN;
}

async function lookUp(store: string, query: string, signal: AbortSignal): Promise<Invoice | null> {
  await pause(DEBOUNCE_MS, signal);
  if (/^inv_[0-9a-z]+$/.test(query)) return getStoreInvoice(store, query).catch(noneSuch);
  const { data } = await listInvoices(store, { external_id: query, limit: 1 });
  return data[0] ?? null;
}

/** No such id is an answer; any other failure is none. */
function noneSuch(error: unknown): null {
  if (error instanceof Problem && (error.status === 404 || error.status === 400)) return null;
  throw error;
}
