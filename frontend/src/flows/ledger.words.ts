// Payments as lines.
import { words } from '../base/text';

export const en = {
  unknown: 'Unknown sender',
  status: {
    created: 'Not confirmed',
    submitted: 'On its way',
    seen: 'On its way',
    confirmed: 'Confirmed',
    final: '',
    expired: 'Not sent',
    cancelled: 'Cancelled',
  },
  kind: { send: 'Payment', invoice: 'Invoice', request: 'Request', refund: 'Refund', income: 'Received' },
};

export type LedgerText = typeof en;
export const ledgerText = words(en, { ru: () => import('./ledger.words.ru').then((all) => all.ru) });
