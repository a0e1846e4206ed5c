// Paying a shop's invoice.
import { byId, idLike } from '../../base/route';

export const invoice = { screen: () => import('./invoice').then((all) => all.InvoiceScreen), with: byId, link: idLike('inv') };
