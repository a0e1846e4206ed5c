// What one may want to know before trusting it.
export const how = { screen: () => import('./how').then((all) => all.How) };
export const privacy = { screen: () => import('./privacy').then((all) => all.Privacy) };
