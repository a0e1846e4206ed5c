// What a feature says of a screen in its index.ts: how it is reached, what it needs to know, and where its code is.
import type { ComponentType } from 'preact';
import type { IconName } from './icons';
import type { Language } from './text';

/** What is left of a route after a reload, before anybody has looked at it. */
export type Kept = Readonly<Record<string, unknown>>;

/** Exported under the screen's name. `P`: what the screen needs to know. */
export interface Place<P> {
  /** Its code, fetched with that of the others while the first screen is being read. */
  readonly screen: () => Promise<ComponentType<P>>;
  /** Whether this is what the screen needs; without it, it needs nothing. */
  readonly with?: (kept: Kept) => kept is Kept & P;
  /** What a `startapp` link asks it for. The parameter is attacker-chosen text: only what is well formed passes. */
  readonly link?: (param: string) => P | null;
  /** It shows a half-made thing that is in memory alone: after a reload there is nothing to show on it. */
  readonly fleeting?: boolean;
  /** Most people never see it: its code waits until it is opened. */
  readonly rare?: boolean;
  /** Home offers it. Only a screen that needs to know nothing can be begun there. */
  readonly tile?: object extends P ? Tile : never;
}

export interface Tile {
  /** The smallest comes first. */
  readonly order: number;
  readonly icon: IconName;
  /** It is on the first screen, so it waits for no other words. */
  readonly label: Readonly<Record<Language, string>>;
  /** What is to be done before the screen is opened. */
  readonly begin?: () => void;
}

export interface ById {
  readonly id: string;
}

export const byId = (kept: Kept): kept is Kept & ById => typeof kept.id === 'string';

/** Links that are an object's id. */
export const idLike = (kind: string) => (param: string): ById | null => (new RegExp(`^${kind}_[A-Za-z0-9_-]{1,60}$`).test(param) ? { id: param } : null);
