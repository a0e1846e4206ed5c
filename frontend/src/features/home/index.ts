// What you have, and what to do about it. With a wallet it is the first thing on the screen, so app.tsx has it at hand.
export const home = { screen: () => import('../../flows/welcome').then((all) => all.Welcome) };
