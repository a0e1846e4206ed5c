// What somebody may do in a store, as the service says: what they may not do is not offered to them.
import type { AreaOf, May, Role, Store } from '../../api/types';

export type Area = AreaOf<May>;
/** Areas in which there is something to change. */
type Written = AreaOf<Extract<May, `${string}:write`>>;

/** Whoever may do more stands first. */
export const ROLES = Object.keys({ owner: true, manager: true, support: true } satisfies Record<Role, true>) as readonly Role[];

export function mayWrite(store: Pick<Store, 'may'>, area: Written): boolean {
  return rights(store).includes(`${area}:write`);
}

export function mayRead(store: Pick<Store, 'may'>, area: Area): boolean {
  return rights(store).includes(`${area}:read`);
}

/** An answer that is given again may be from before stores said it. */
function rights(store: { readonly may?: readonly May[] }): readonly May[] {
  return store.may ?? [];
}
