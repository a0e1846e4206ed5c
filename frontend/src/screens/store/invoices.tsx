// Every invoice, newest first; by state, and by whatever one remembers of it.
import { useEffect, useState } from 'preact/hooks';
import { isAbort, pause } from '../../api/client';
import { getStoreInvoice, listInvoices } from '../../api/store';
import type { Invoice } from '../../api/store-types';
import type { InvoiceStatus, Store } from '../../api/types';
import { usePages } from '../../state/pages';
import { useNews } from '../../state/store/feed';
import { fits, withExact } from '../../state/store/find';
import { text } from '../../text';
import { words } from '../../text/store';
import { Button } from '../../ui/action';
import { Card } from '../../ui/card';
import { Failure, Place, Skeleton } from '../../ui/notice';
import { ChipChoice } from '../../ui/options';
import { Screen } from '../../ui/screen';
import { Search } from '../../ui/search';
import { InvoiceRow } from './status';

const PAGE = 30;
const DEBOUNCE_MS = 300;
const FILTERS = ['all', 'open', 'processing', 'paid', 'expired', 'void'] as const;
type Filter = (typeof FILTERS)[number];

export function Invoices({ store }: { store: Store }) {
  const t = words.value;
  const [filter, setFilter] = useState<Filter>('all');
  const [query, setQuery] = useState('');
  return (
    <Screen title={t.invoices.title}>
      <Search label={t.search} placeholder={t.invoices.search} value={query} onChange={setQuery} />
      <ChipChoice
        label={t.invoices.filter} value={filter} onChange={setFilter}
        options={FILTERS.map((value) => ({ value, label: value === 'all' ? t.all : t.invoices.status[value] }))}
      />
      <List key={filter} store={store} status={filter === 'all' ? undefined : filter} query={query.trim()} />
    </Screen>
  );
}

function List({ store, status, query }: { store: Store; status: InvoiceStatus | undefined; query: string }) {
  const t = words.value.invoices;
  const { items, more, busy, problem, next, refresh } = usePages<Invoice>(
    (last) => listInvoices(store.id, { limit: PAGE, status, starting_after: last?.id }),
    ({ id }) => id,
  );
  useNews(store.id, refresh);
  const exact = useExact(store.id, query);
  const shown = query ? withExact(items.filter((invoice) => fits(invoice, query)), exact) : items;
  const empty = !busy && !problem && shown.length === 0;
  return (
    <>
      {shown.length > 0 && (
        <Card>
          {shown.map((invoice) => <InvoiceRow key={invoice.id} store={store.id} invoice={invoice} />)}
        </Card>
      )}
      {busy && items.length === 0 && <Card><Skeleton rows={7} /></Card>}
      {empty && (query ? <Card><Place icon="search" title={t.none}>{more ? t.noneBody : null}</Place></Card> : <Card><Place icon="receipt" title={t.empty}>{t.emptyBody}</Place></Card>)}
      {problem && <Failure problem={problem} retry={next} />}
      {query && items.length > 0 && <p class="fine">{t.among(items.length, more)}</p>}
      {items.length > 0 && more && !problem && <Button kind="soft" action={{ label: text.value.common.more, run: next, busy }} />}
    </>
  );
}

/** What the service finds by the merchant's own number or by an invoice's id, wherever it stands in the list. */
function useExact(store: string, query: string): Invoice | null {
  const [found, setFound] = useState<{ query: string; invoice: Invoice | null } | null>(null);
  useEffect(() => {
    if (query === '') return undefined;
    const stop = new AbortController();
    lookUp(store, query, stop.signal)
      .then((invoice) => setFound({ query, invoice }))
      .catch((error: unknown) => isAbort(error) || setFound({ query, invoice: null }));
    return () => stop.abort();
  }, [query]);
  return found?.query === query ? found.invoice : null;
}

async function lookUp(store: string, query: string, signal: AbortSignal): Promise<Invoice | null> {
  await pause(DEBOUNCE_MS, signal);
  if (/^inv_[0-9a-z]+$/.test(query)) return getStoreInvoice(store, query);
  const { data } = await listInvoices(store, { external_id: query, limit: 1 });
  return data[0] ?? null;
}
