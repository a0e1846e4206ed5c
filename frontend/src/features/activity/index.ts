// Every payment there was.
export const activity = { screen: () => import('./activity').then((all) => all.Activity) };
