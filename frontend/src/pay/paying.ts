// Paying an invoice from a browser: any wallet, no account, no proof. The wallet is asked, the chain decides.
import { signal } from '@preact/signals';
import type { Problem } from '../api/client';
import { asProblem } from '../api/loaded';
import { payInvoice } from '../api/remit';
import type { Info, PublicInvoice } from '../api/types';
import { look } from '../base/look';
import type { Choice } from '../flows/invoice/invoices';
import { connection, connectWallet, sendTransaction, WalletError, type WalletFailure } from '../flows/wallet';

export type Paying =
  | { readonly at: 'idle' | 'preparing' | 'declined' | 'sent' }
  | { readonly at: 'asked'; readonly app: string; readonly reopen: () => void }
  | { readonly at: 'failed'; readonly why: WalletFailure | Problem };

export const paying = signal<Paying>({ at: 'idle' });

export async function payWithWallet(info: Info, invoice: PublicInvoice, { wish, key, renew }: Pick<Choice, 'wish' | 'key' | 'renew'>): Promise<void> {
  paying.value = { at: 'preparing' };
  try {
    if (!connection.peek()) await connectWallet(info, look(), null);
    const wallet = connection.peek();
    if (!wallet) throw new WalletError('unavailable');
    const { transaction } = await payInvoice(invoice.id, wallet.raw, wish, key);
    renew();
    await sendTransaction(info, look(), transaction, (reopen) => (paying.value = { at: 'asked', app: wallet.app, reopen }));
    paying.value = { at: 'sent' };
  } catch (error) {
    paying.value = after(error);
  }
}

function after(error: unknown): Paying {
  if (!(error instanceof WalletError)) return { at: 'failed', why: asProblem(error) };
  return error.failure === 'declined' || error.failure === 'closed' ? { at: 'declined' } : { at: 'failed', why: error.failure };
}
