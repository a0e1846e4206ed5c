// Draws the README's picture of the stage: a real payment and a real sale, caught at their best moment.
// usage: STAGE_URL=… SERVICE_URL=… node screenshot.mjs FILE [light|dark]

import { openBrowser } from './browser.mjs';
import { startOver } from './sandbox.mjs';
import { Stage } from './stage.mjs';

const [file, scheme = 'light'] = process.argv.slice(2);
if (!file) throw new Error('usage: node screenshot.mjs FILE [light|dark]');

await startOver();
const { context, close } = await openBrowser({ scheme, width: 1440, height: 900 });
try {
  const page = context.pages()[0] ?? (await context.newPage());
  const stage = await Stage.open(page);
  const { alice, bob } = stage;
  await stage.everybodyIsReady();
  await alice.asksToSend({ to: '@bob', amount: '5', note: 'Dinner' });
  await alice.signs();
  await alice.sees('Sent to Bob');
  await bob.isTold(/5\s*GRAM/);
  await bob.closesRemit();
  await stage.sells('1.20', 'USDT');
  await stage.shopIsTold('invoice.created');
  await stage.chainShows(/Alice.*Bob.*5 GRAM/s);
  // What slides in over the Mini App when a message arrives would hide the receipt.
  await alice.screen.locator('.banner').waitFor({ state: 'detached' });
  await page.screenshot({ path: file });
} finally {
  await close();
}
