// A Mini App's storage in Telegram: `cloud` follows the person, `device` stays on the phone. Here both live under the app's origin.

import { forget, keep, keysUnder, recall } from '../keep';
import type { Session } from './session';

export interface Store {
  readonly get: (key: string) => string | null;
  readonly set: (key: string, value: string) => void;
  readonly remove: (key: string) => void;
  readonly keys: () => string[];
  readonly clear: () => void;
}

export const cloud = (session: Session) => store(`cloud ${session.origin} `);
export const device = (session: Session) => store(`device ${session.origin} `);

function store(prefix: string): Store {
  const keys = () => keysUnder(prefix).map((key) => key.slice(prefix.length));
  const remove = (key: string) => forget(prefix + key);
  return {
    get: (key) => recall(prefix + key),
    set: (key, value) => keep(prefix + key, value),
    remove,
    keys,
    clear: () => keys().forEach(remove),
  };
}
