// What the till of each store was last set to, so that the next customer finds it so.
import { signal, type Signal } from '@preact/signals';
import { current } from '../../../flows/session';

export interface Till {
  /** The asset or currency prices are named in. */
  readonly price: string;
  /** The asset a price in fiat is paid in. */
  readonly asset: string;
}

const tills = new Map<string, Signal<Till>>();

export function tillOf(store: string): Signal<Till> {
  const { ticker } = current().info;
  const till = tills.get(store) ?? signal<Till>({ price: ticker, asset: ticker });
  tills.set(store, till);
  return till;
}
