// Asking people for money, and paying what they ask for.
import { byId, idLike, type Tile } from '../../base/route';

export const ask = {
  screen: () => import('./ask').then((all) => all.Ask),
  tile: { order: 2, icon: 'down', label: { en: 'Request', ru: 'Запросить' } } satisfies Tile,
};
export const request = { screen: () => import('./request').then((all) => all.RequestScreen), with: byId, link: idLike('req') };
