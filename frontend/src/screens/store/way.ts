// From one page of a store to another.
import { push, replace, type StorePage } from '../../router';

export function go(store: string, page: StorePage, item?: string): void {
  push({ name: 'store', id: store, page, ...(item !== undefined && { item }) });
}

export function turn(store: string, page: StorePage, item?: string): void {
  replace({ name: 'store', id: store, page, ...(item !== undefined && { item }) });
}
