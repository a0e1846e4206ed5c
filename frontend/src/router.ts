// Screens as a stack in memory, tied to Telegram's back button. The URL is Telegram's: its fragment carries the launch
// parameters, so neither it nor the browser's history is touched.
import { computed, signal } from '@preact/signals';

export type Route =
  | { readonly name: 'home' }
  | { readonly name: 'how' }
  | { readonly name: 'recipient' }
  | { readonly name: 'amount' }
  | { readonly name: 'review' }
  | { readonly name: 'payment'; readonly id: string }
  | { readonly name: 'ask' }
  | { readonly name: 'request'; readonly id: string }
  | { readonly name: 'invoice'; readonly id: string }
  | { readonly name: 'activity' }
  | { readonly name: 'settings' }
  | { readonly name: 'privacy' }
  | { readonly name: 'sessions' }
  | { readonly name: 'stores' }
  | { readonly name: 'open' }
  /** `id` is the secret of an invitation's link. */
  | { readonly name: 'join'; readonly id: string }
  /** `id` is the store's, `item` that of what the page shows of it. */
  | { readonly name: 'store'; readonly id: string; readonly page: StorePage; readonly item?: string };

export type StorePage = (typeof STORE_PAGES)[number];
const STORE_PAGES = [
  'overview', 'stall', 'sale', 'invoices', 'invoice', 'inbox', 'money', 'refunds', 'refund', 'give_back', 'settings',
  'keys', 'new_key', 'webhooks', 'new_webhook', 'webhook', 'members', 'invite', 'payout', 'new_payout', 'log',
] as const;

const HOME: Route = { name: 'home' };
/** Screens that hold a half-made thing in memory: after a reload there is nothing to show on them. */
const FLEETING: ReadonlySet<Route['name']> = new Set(['recipient', 'amount', 'review']);
const NAMES: ReadonlySet<string> = new Set<Route['name']>([
  'home', 'how', 'recipient', 'amount', 'review', 'payment', 'ask', 'request', 'invoice', 'activity', 'settings', 'privacy', 'sessions',
  'stores', 'open', 'join', 'store',
]);
const WITH_ID: ReadonlySet<string> = new Set<Route['name']>(['payment', 'request', 'invoice', 'join', 'store']);

export const stack = signal<readonly Route[]>([HOME]);
export const route = computed<Route>(() => stack.value[stack.value.length - 1] ?? HOME);
export const canGoBack = computed(() => stack.value.length > 1);

export function push(to: Route): void {
  stack.value = [...stack.value, to];
}

/** Home with at most one screen above it: where a finished flow lands, so that Back does not re-enter it. */
export function land(to: Route = HOME): void {
  stack.value = to.name === 'home' ? [HOME] : [HOME, to];
}

/** Another screen in the place of this one: Back leads where it led before. */
export function replace(to: Route): void {
  stack.value = [...stack.value.slice(0, -1), to];
}

export function back(): void {
  if (canGoBack.value) stack.value = stack.value.slice(0, -1);
}

/** The screen a `startapp` link asks for. The parameter is attacker-chosen text: only well-formed ids pass. */
export function routeOf(startParam: string | null): Route | null {
  const param = startParam ?? '';
  const invitation = /^join_([0-9a-f]{64})$/.exec(param)?.[1];
  if (invitation) return { name: 'join', id: invitation };
  const [id = '', kind] = /^(inv|req|pay|acc)_[A-Za-z0-9_-]{1,60}$/.exec(param) ?? [];
  switch (kind) {
    case 'inv':
      return { name: 'invoice', id };
    case 'req':
      return { name: 'request', id };
    case 'pay':
      return { name: 'payment', id };
    case 'acc':
      return { name: 'store', id, page: 'overview' };
    default:
      return null;
  }
}

/** The stack as text that survives a reload of the page. */
export function save(routes: readonly Route[]): string {
  return JSON.stringify(routes.filter((r) => !FLEETING.has(r.name)));
}

/** What `save` wrote, or null if it is anything else. */
export function restore(text: string | null): readonly Route[] | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return Array.isArray(value) && value.length > 0 && value.every(isRoute) ? value : null;
  } catch {
    return null;
  }
}

function isRoute(value: unknown): value is Route {
  if (typeof value !== 'object' || value === null) return false;
  const { name, id, page } = value as { name?: unknown; id?: unknown; page?: unknown };
  if (typeof name !== 'string' || !NAMES.has(name)) return false;
  if (name === 'store' && !STORE_PAGES.some((known) => known === page)) return false;
  return WITH_ID.has(name) ? typeof id === 'string' : true;
}
