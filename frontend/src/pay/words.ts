// The pay page.
import { words } from '../base/text';

export const en = {
  title: (amount: string, shop: string) => `${amount} to ${shop}`,
  connectAndPay: 'Pay with a wallet',
  openTelegram: 'Open in Telegram',
  starsInTelegram: (amount: string) => `Pay ${amount} in Telegram`,
  scanTitle: 'Or scan to pay',
  scanWith: 'Scan with',
  byPhone: 'Phone camera',
  byWallet: 'Wallet app',
  byPhoneHint: 'Opens this page on your phone.',
  byWalletHint: 'Opens the transfer, filled in, in your wallet.',
  qr: 'QR code of this payment',
  manualTitle: 'Pay by hand',
  manualBody: 'Send exactly this amount to this address, and put the reference into the comment. Without it the payment cannot be recognised.',
  address: 'Address',
  amount: 'Amount',
  reference: 'Reference',
  declined: 'You declined, so nothing was sent.',
  footer: 'Paid from wallet to wallet on TON. Remit never holds the money.',
  notFound: 'There is no such invoice',
  notFoundBody: 'Check the link, or ask the shop for a new one.',
  unready: 'The service does not answer',
  unreadyBody: 'Until it does, no wallet can be asked from here. We keep trying.',
};

export type PayText = typeof en;
export const payText = words(en, { ru: () => import('./words.ru').then((all) => all.ru) });
