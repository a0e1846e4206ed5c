// Paying somebody: to whom, how much, once more, and what becomes of it.
import { byId, idLike, type Tile } from '../../base/route';
import { startDraft } from '../../flows/draft';

export const recipient = {
  screen: () => import('./recipient').then((all) => all.RecipientScreen),
  fleeting: true,
  tile: { order: 1, icon: 'up', label: { en: 'Send', ru: 'Отправить' }, begin: startDraft } satisfies Tile,
};
export const amount = { screen: () => import('./amount').then((all) => all.AmountScreen), fleeting: true };
export const review = { screen: () => import('./review').then((all) => all.Review), fleeting: true };
export const payment = { screen: () => import('./payment').then((all) => all.PaymentScreen), with: byId, link: idLike('pay') };
