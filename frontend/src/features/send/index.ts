// Paying somebody: to whom, how much, once more, and what becomes of it.
import { byId, idLike } from '../../base/route';

export const send = {
  recipient: { screen: () => import('./recipient').then((all) => all.RecipientScreen), fleeting: true },
  amount: { screen: () => import('./amount').then((all) => all.AmountScreen), fleeting: true },
  review: { screen: () => import('./review').then((all) => all.Review), fleeting: true },
  payment: { screen: () => import('./payment').then((all) => all.PaymentScreen), with: byId, link: idLike('pay') },
} as const;
