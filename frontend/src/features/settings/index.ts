// Wallets, language, messages, and where one is signed in.
export const settings = {
  settings: { screen: () => import('./settings').then((all) => all.Settings) },
  sessions: { screen: () => import('./sessions').then((all) => all.Sessions) },
};
