// What home says.
import { words } from '../../base/text';

export const en = {
  title: 'Home',
  balanceOf: (address: string) => `Balance · ${address}`,
  scan: 'Scan',
  settings: 'Settings',
  unsigned: (amount: string, name: string) => `${amount} to ${name}`,
  unsignedDetail: 'Waiting for your confirmation',
  finish: 'Finish',
  requests: 'Your open requests',
  stores: 'Your stores',
  allStores: 'All your stores',
  missing: (what: string) => `Not to be had right now: ${what}`,
  missingBody: 'We keep trying.',
  all: 'All activity',
  empty: 'No payments yet',
  emptyBody: 'What you send and receive appears here, and in the chat with the bot.',
  fillTitle: 'This wallet is empty',
  fill: (asset: string) => `Send some ${asset} to it, and you can pay.`,
  fillSandbox: 'Ask the sandbox for some test coins, and you can pay.',
};

export type HomeText = typeof en;
export const homeText = words(en, { ru: () => import('./words.ru').then((all) => all.ru) });
