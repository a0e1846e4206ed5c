// Asking the wallet, one object at a time. The answer is a hint: whether money moved is the chain's to say.
import { signal } from '@preact/signals';
import type { Problem } from '../api/client';
import { asProblem } from '../api/loaded';
import { challengeWallet, linkWallet } from '../api/remit';
import type { Transaction, Wallet } from '../api/types';
import { sameAccount } from '../base/address';
import { look } from '../base/look';
import { current, refreshMe } from './session';
import { connection, connectWallet, sendTransaction, WalletError, type WalletFailure } from './wallet';

export type Stage =
  | { readonly at: 'preparing' }
  | { readonly at: 'asked'; readonly app: string; readonly reopen: () => void }
  | { readonly at: 'sent' }
  | { readonly at: 'declined' }
  | { readonly at: 'failed'; readonly why: WalletFailure | 'other_wallet' | Problem };

const stages = signal<ReadonlyMap<string, Stage>>(new Map());

export function stageOf(id: string): Stage | null {
  return stages.value.get(id) ?? null;
}

export function clearStage(id: string): void {
  const next = new Map(stages.peek());
  next.delete(id);
  stages.value = next;
}

/** Connects a wallet, proves it to the service, and has it listed as the person's own. */
export async function linkNewWallet(): Promise<Wallet> {
  const proof = await connectWallet(current().info, look(), async () => (await challengeWallet()).payload);
  if (!proof) throw new WalletError('no_proof');
  const wallet = await linkWallet(proof);
  await refreshMe();
  return wallet;
}

/** Sends a prepared transaction to the wallet, connecting first if this page has lost it. */
export async function askWallet(id: string, transaction: Transaction, submitted: (boc: string) => Promise<unknown>): Promise<void> {
  const before = stageOf(id);
  if (before?.at === 'preparing' || before?.at === 'asked') return;
  const isOther = before?.at === 'failed' && before.why === 'other_wallet';
  setStage(id, { at: 'preparing' });
  try {
    if (!connection.peek() || isOther) await linkNewWallet();
    const connected = connection.peek();
    if (!connected || !sameAccount(connected.raw, transaction.from)) {
      setStage(id, { at: 'failed', why: 'other_wallet' });
      return;
    }
    const boc = await sendTransaction(current().info, look(), transaction, (reopen) =>
      setStage(id, { at: 'asked', app: connected.app, reopen }),
    );
    setStage(id, { at: 'sent' });
    // Only a hint for the service; if it is lost, the chain will tell.
    await submitted(boc).catch(() => undefined);
  } catch (error) {
    setStage(id, stageAfter(error));
  }
}

function stageAfter(error: unknown): Stage {
  if (!(error instanceof WalletError)) return { at: 'failed', why: asProblem(error) };
  return error.failure === 'declined' || error.failure === 'closed' ? { at: 'declined' } : { at: 'failed', why: error.failure };
}

function setStage(id: string, stage: Stage): void {
  stages.value = new Map(stages.peek()).set(id, stage);
}
