// Every payment there was.
export const activity = {
  activity: { screen: () => import('./activity').then((all) => all.Activity) },
};
