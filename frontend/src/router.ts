// Screens as a stack in memory, tied to Telegram's back button. The URL is Telegram's: its fragment carries the launch
// parameters, so neither it nor the browser's history is touched.
import { computed, signal } from '@preact/signals';
import type { Kept } from './base/route';
import { NAMES, places, type Route } from './routes';

export type { Route };

const HOME: Route = { name: 'home' };

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

/** The screen a `startapp` link asks for. */
export function routeOf(startParam: string | null): Route | null {
  for (const name of NAMES) {
    const asked = startParam && places[name].link?.(startParam);
    if (asked) return { name, ...asked } as Route;
  }
  return null;
}

/** What home offers, in its order. */
export const tiles = NAMES.flatMap((name) => {
  const { tile } = places[name];
  return tile ? [{ ...tile, to: { name } as Route }] : [];
}).sort((a, b) => a.order - b.order);

/** The stack as text that survives a reload of the page. */
export function save(routes: readonly Route[]): string {
  return JSON.stringify(routes.filter(({ name }) => !places[name].fleeting));
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

function isRoute(value: Kept | null): value is Kept & Route {
  const name = NAMES.find((known) => known === value?.name);
  return name !== undefined && (places[name].with?.(value ?? {}) ?? true);
}
