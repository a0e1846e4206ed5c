// Wallets, language, messages, and where one is signed in.
export const settings = { screen: () => import('./settings').then((all) => all.Settings) };
export const sessions = { screen: () => import('./sessions').then((all) => all.Sessions) };
