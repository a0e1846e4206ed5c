// A page of a store, for those who belong to it.
import { Member } from '../../flows/store/member';
import { pageOf, type StorePage } from './pages';
import './store.css';

interface AtStoreProps {
  readonly id: string;
  readonly page: StorePage;
  readonly item?: string;
}

export function AtStore({ id, page, item = '' }: AtStoreProps) {
  const Page = pageOf(page);
  return <Member id={id}>{(store) => <Page store={store} id={item} />}</Member>;
}
