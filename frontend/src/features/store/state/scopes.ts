// What an API key may do: sensible sets, or each right by itself.

export const AREAS = ['invoices', 'refunds', 'unmatched', 'events', 'reports', 'webhooks', 'keys', 'members'] as const;
export type ScopeArea = (typeof AREAS)[number];
export type Right = 'none' | 'read' | 'write';
export type Rights = Readonly<Record<ScopeArea, Right>>;
export type Preset = 'till' | 'books' | 'all' | 'custom';

/** Nothing is written there, so there is nothing to change. */
export const READ_ONLY: ReadonlySet<ScopeArea> = new Set<ScopeArea>(['events', 'reports']);

export const NO_RIGHTS: Rights = {
  invoices: 'none', refunds: 'none', unmatched: 'none', events: 'none', reports: 'none', webhooks: 'none', keys: 'none', members: 'none',
};

const PRESETS = {
  till: { ...NO_RIGHTS, invoices: 'write', events: 'read' },
  books: { ...NO_RIGHTS, invoices: 'read', refunds: 'read', unmatched: 'read', events: 'read', reports: 'read' },
} as const;

/** As the service reads them; `undefined` leaves the key without limits. */
export function scopesOf(preset: Preset, custom: Rights): readonly string[] | undefined {
  if (preset === 'all') return undefined;
  const rights: Rights = preset === 'custom' ? custom : PRESETS[preset];
  return AREAS.filter((area) => rights[area] !== 'none').map((area) => `${area}:${rights[area]}`);
}

/** Whether such a key decides who else may do what: that part of it waits. */
export function isGuarded(scopes: readonly string[] | undefined): boolean {
  return scopes === undefined || scopes.includes('keys:write') || scopes.includes('members:write');
}
