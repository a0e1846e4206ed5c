// Paying people, from the first hello to the word in both chats.

import { journey } from './journey.mjs';

journey('Alice connects her wallet and pays Bob in GRAM', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await alice.asksToSend({ to: '@bob', amount: '5', note: 'Dinner' });
  await alice.signs();

  await alice.sees('Sent to Bob');
  await alice.isTold(/5\s*GRAM.*Bob/s);
  await bob.isTold(/5\s*GRAM.*Alice|Alice.*5\s*GRAM/s);
  await stage.chainShows(/Alice.*Bob.*5 GRAM/s);
});

journey('Alice pays Bob in USDT', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await alice.asksToSend({ to: '@bob', amount: '2.5', asset: 'USDT' });
  await alice.signs();

  await alice.sees('Sent to Bob');
  await alice.isTold(/2\.5\s*USDT.*Bob/s);
  await bob.isTold(/2\.5\s*USDT.*Alice|Alice.*2\.5\s*USDT/s);
});

journey('Alice declines, nothing moves, and she may try again', async ({ stage, alice, bob }) => {
  await stage.everybodyIsReady();
  await alice.asksToSend({ to: '@bob', amount: '1' });
  await alice.declines();
  await alice.sees('nothing left your wallet');

  await alice.presses('Try again');
  await alice.walletAsks('1 GRAM');
  await alice.signs();
  await alice.sees('Sent to Bob');
  await bob.isTold(/1\s*GRAM/);
});

journey('A reload between the question and the answer loses nothing', async ({ stage, page, alice, bob }) => {
  await stage.everybodyIsReady();
  await alice.asksToSend({ to: '@bob', amount: '3' });

  await page.reload();
  await alice.walletAsks('3 GRAM');
  await alice.signs();
  await alice.isTold(/3\s*GRAM.*Bob/s);
  await bob.isTold(/3\s*GRAM/);

  await alice.opensRemit();
  await alice.sees('Bob');
});

journey(
  'Where a browser lets frames remember nothing, one can still pay',
  async ({ stage, alice, bob }) => {
    await stage.everybodyIsReady();
    await alice.asksToSend({ to: '@bob', amount: '4' });
    await alice.signs();
    await alice.sees('Sent to Bob');
    await bob.isTold(/4\s*GRAM/);
  },
  { storage: 'blocked' },
);
