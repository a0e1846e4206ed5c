// The screens of all features, by their names.
import type { Kept, Place } from './base/route';
import * as features from './features';

type Features = typeof features;
export type Name = keyof Features;

/** What the screen of this name needs to know. */
type Needs<N extends Name> = Features[N] extends { readonly with: (kept: Kept) => kept is Kept & infer P } ? P : unknown;
type RouteTo<N extends Name> = N extends Name ? { readonly name: N } & Needs<N> : never;
export type Route = RouteTo<Name>;

/** Whether each screen can do with what its route says. */
features satisfies { readonly [N in Name]: Place<Needs<N> & object> };

/** For whoever gives each screen what its own route says. */
export const places = features as unknown as Readonly<Record<Name, Place<object>>>;
export const NAMES = Object.keys(features) as readonly Name[];
