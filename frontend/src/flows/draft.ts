// The payment being composed, from the recipient to the wallet.
import { signal } from '@preact/signals';
import { idempotencyKey } from '../api/client';
import type { Recipient } from '../api/types';
import { current } from './session';

export const recipient = signal<Recipient | null>(null);
/** What was typed to find the recipient; sent as `to`, so that a person stays a person. */
export const typed = signal('');
export const asset = signal('');
/** The figure as typed: `12.`, `0.50`. */
export const figureText = signal('');
export const note = signal('');
/** What an exchange or a service knows its customer by: the whole comment, exactly as it is here. */
export const memo = signal('');
/** One key per intention: a repeated tap cannot pay twice. */
export const intention = signal('');

export function startDraft(): void {
  recipient.value = null;
  typed.value = '';
  asset.value = current().info.ticker;
  figureText.value = '';
  note.value = '';
  memo.value = '';
  renewIntention();
}

/** A changed payment is another payment. */
export function renewIntention(): void {
  intention.value = idempotencyKey();
}
