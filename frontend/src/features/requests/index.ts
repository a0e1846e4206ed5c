// Asking people for money, and paying what they ask for.
import { byId, idLike } from '../../base/route';

export const ask = { screen: () => import('./ask').then((all) => all.Ask) };
export const request = { screen: () => import('./request').then((all) => all.RequestScreen), with: byId, link: idLike('req') };
