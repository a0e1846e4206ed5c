// One change at a time, and what went wrong with it.
import { useState } from 'preact/hooks';
import { idempotencyKey, Problem } from '../api/client';
import { asProblem } from '../api/loaded';
import { WalletError } from './wallet';

export interface Change {
  readonly busy: boolean;
  readonly failed: Problem | WalletError | null;
  /** The same key for every try of one intention, a new one after it succeeded. */
  readonly run: (change: (key: string) => Promise<unknown>) => void;
  /** What is meant has changed: another intention. */
  readonly renew: () => void;
}

export function useChange(): Change {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Problem | WalletError | null>(null);
  const [key, setKey] = useState(idempotencyKey);
  const renew = () => setKey(idempotencyKey());
  const attempt = async (change: (key: string) => Promise<unknown>) => {
    setBusy(true);
    setFailed(null);
    try {
      await change(key);
      renew();
    } catch (error) {
      setFailed(error instanceof WalletError ? error : asProblem(error));
    }
    setBusy(false);
  };
  return { busy, failed, run: (change) => void attempt(change), renew };
}
