// Every main screen, light and dark, against axe: no serious and no critical violation, in the Mini App and around it.

import { journey } from './journey.mjs';

for (const scheme of ['light', 'dark']) {
  journey(
    `Everybody can use it (${scheme})`,
    async ({ stage, alice, bob }) => {
      await stage.isAccessible('an empty stage');
      await alice.greets();
      await alice.opensRemit();
      await stage.isAccessible('the first run');
      await alice.connects();
      await bob.greets();
      await bob.opensRemit();
      await bob.connects();
      await stage.isAccessible('home');

      await alice.app.getByRole('button', { name: 'Send', exact: true }).click();
      await alice.app.getByLabel('Username, address or link').fill('@bob');
      await alice.app.getByText('@bob', { exact: false }).first().waitFor();
      await stage.isAccessible('recipient');
      await alice.presses('Continue');
      await alice.app.getByLabel('Amount in GRAM').fill('5');
      await stage.isAccessible('amount');
      await alice.presses('Review');
      await stage.isAccessible('review');
      await alice.presses('Confirm in wallet');
      await alice.walletAsks('5 GRAM');
      await stage.isAccessible('the wallet’s question');
      await alice.signs();
      await alice.sees('Sent to Bob');
      await stage.isAccessible('receipt');

      await stage.sells('1', 'GRAM');
      await stage.shop.getByRole('button', { name: 'Open on Bob’s phone' }).click();
      await bob.presses(/^Pay 1/);
      await bob.walletAsks('1 GRAM');
      await bob.declines();
      await stage.isAccessible('invoice');
    },
    { scheme },
  );
}
