// From one page of a store to another.
import { back, push, replace, stack } from '../../router';
import type { StorePage } from './pages';

export function go(store: string, page: StorePage, item?: string): void {
  push({ name: 'store', id: store, page, ...(item !== undefined && { item }) });
}

export function turn(store: string, page: StorePage, item?: string): void {
  replace({ name: 'store', id: store, page, ...(item !== undefined && { item }) });
}

/** To the till, which is where most sales have come from. */
export function toTill(store: string): void {
  const before = stack.peek()[stack.peek().length - 2];
  if (before?.name === 'store' && before.page === 'stall') back();
  else turn(store, 'stall');
}
