// Selling: the screens of a store's people, a chunk of their own. Whoever only pays never loads it.
import { byId, idLike, type ById, type Kept } from '../../base/route';
import type { StorePage } from './pages';

interface AtStore extends ById {
  readonly page: StorePage;
  /** The id of what the page shows. */
  readonly item?: string;
}

/** A page that is no more opens the store. */
const atStore = (kept: Kept): kept is Kept & AtStore =>
  byId(kept) && typeof kept.page === 'string' && (kept.item === undefined || typeof kept.item === 'string');

export const stores = { screen: () => import('./stores').then((all) => all.Stores), rare: true };
export const open = { screen: () => import('./open').then((all) => all.OpenStore), rare: true };
/** Its id is the secret of an invitation's link. */
export const join = { screen: () => import('./join').then((all) => all.Join), with: byId, link: invitation, rare: true };
export const store = { screen: () => import('./at-store').then((all) => all.AtStore), with: atStore, link: front, rare: true };

function invitation(param: string): ById | null {
  const id = /^join_([0-9a-f]{64})$/.exec(param)?.[1];
  return id === undefined ? null : { id };
}

function front(param: string): AtStore | null {
  const found = idLike('acc')(param);
  return found && { ...found, page: 'overview' };
}
