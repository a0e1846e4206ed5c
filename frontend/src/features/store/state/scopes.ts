// What an API key may do: sensible sets, or each right by itself.
import type { AreaOf, Scope } from '../../../api/types';

export type ScopeArea = AreaOf<Scope>;
const RIGHTS = ['none', 'read', 'write'] as const;
export type Right = (typeof RIGHTS)[number];
export type Rights = Readonly<Record<ScopeArea, Right>>;
export type Preset = 'till' | 'books' | 'all' | 'custom';

/** Every area that the service has, in the order in which they are shown. */
export const NO_RIGHTS: Rights = {
  invoices: 'none', refunds: 'none', unmatched: 'none', events: 'none', reports: 'none', webhooks: 'none', keys: 'none', members: 'none',
};
export const AREAS = Object.keys(NO_RIGHTS) as readonly ScopeArea[];

const PRESETS = {
  till: { ...NO_RIGHTS, invoices: 'write', events: 'read' },
  books: { ...NO_RIGHTS, invoices: 'read', refunds: 'read', unmatched: 'read', events: 'read', reports: 'read' },
} as const;

/** What there is to choose: nobody gives more than they may do, and in some areas nothing is written. */
export function choices(may: readonly string[], area: ScopeArea): readonly Right[] {
  return RIGHTS.filter((right) => right === 'none' || may.includes(`${area}:${right}`));
}

/** As the service reads them; `undefined` leaves the key without limits. */
export function scopesOf(preset: Preset, custom: Rights): readonly Scope[] | undefined {
  if (preset === 'all') return undefined;
  const rights: Rights = preset === 'custom' ? custom : PRESETS[preset];
  return AREAS.flatMap((area) => {
    const right = rights[area];
    return right === 'none' ? [] : [`${area}:${right}` as const];
  });
}

/** Whether such a key decides who else may do what: that part of it waits. */
export function isGuarded(scopes: readonly Scope[] | undefined): boolean {
  return scopes === undefined || scopes.includes('keys:write') || scopes.includes('members:write');
}
