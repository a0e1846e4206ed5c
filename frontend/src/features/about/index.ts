// What one may want to know before trusting it.
export const about = {
  how: { screen: () => import('./how').then((all) => all.How) },
  privacy: { screen: () => import('./privacy').then((all) => all.Privacy) },
};
