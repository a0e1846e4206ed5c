// The stage as a person uses it: two phones, a shop, a chain. Words on buttons are found as people find them.

import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { STAGE } from './sandbox.mjs';

export class Stage {
  constructor(page) {
    this.page = page;
    this.alice = new Phone(page, 'Alice');
    this.bob = new Phone(page, 'Bob');
    this.shop = page.getByRole('region', { name: 'Merchant' });
    this.events = page.getByRole('region', { name: 'Event feed' });
    this.chain = page.getByRole('region', { name: 'Chain' });
  }

  static async open(page) {
    await page.goto(`${STAGE}/`);
    const stage = new Stage(page);
    await stage.shop.getByRole('button', { name: 'New invoice' }).waitFor();
    return stage;
  }

  /** Both have greeted the bot and connected their wallets. */
  async everybodyIsReady() {
    for (const phone of [this.alice, this.bob]) {
      await phone.greets();
      await phone.opensRemit();
      await phone.connects();
    }
  }

  /** Rings up something in the shop's terminal; answers the invoice's id. */
  async sells(amount, asset) {
    await this.shop.getByLabel('Amount').fill(amount);
    await this.shop.getByRole('radio', { name: asset }).check();
    await this.shop.getByRole('button', { name: 'New invoice' }).click();
    const answer = this.shop.locator('.json');
    await answer.waitFor();
    return JSON.parse(await answer.textContent()).id;
  }

  async shopIsTold(type) {
    await this.events.getByText(type, { exact: true }).first().waitFor();
  }

  async chainShows(words) {
    const row = this.chain.getByRole('listitem').filter({ hasText: words });
    await row.filter({ hasText: 'final' }).first().waitFor();
  }

  /** No serious or critical violation of WCAG 2.2 A and AA, in any frame. */
  async isAccessible(where) {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const told = grave.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${JSON.stringify(target)}: ${failureSummary}`));
    assert.deepEqual(told, [], `accessibility of ${where}`);
  }
}

export class Phone {
  constructor(page, name) {
    this.name = name;
    this.screen = page.frameLocator(`iframe[title="${name}’s phone"]`);
    this.app = this.screen.frameLocator('iframe[title="Remit Mini App"]');
    this.browser = this.screen.frameLocator('iframe[title="Web page"]');
    this.chat = this.screen.getByRole('log');
    this.wallet = this.screen.getByRole('dialog', { name: `${name}’s wallet` });
  }

  async greets() {
    await this.screen.getByRole('button', { name: 'Start', exact: true }).click();
    await this.chat.getByRole('article').nth(1).waitFor();
  }

  async opensRemit() {
    await this.screen.getByRole('button', { name: 'Open Remit' }).last().click();
    await this.app.getByRole('main').waitFor();
  }

  async closesRemit() {
    await this.screen.locator('.mini-app').getByRole('button', { name: 'Close', exact: true }).click();
    await this.screen.locator('.mini-app').waitFor({ state: 'detached' });
  }

  /** Presses the newest such button in the chat, which lies under the Mini App as long as that is open. */
  async pressesInChat(label) {
    if (await this.screen.locator('.mini-app').count()) await this.closesRemit();
    await this.chat.getByRole('button', { name: label, exact: true }).last().click();
  }

  /** Presses one of the buttons Telegram draws under the Mini App. */
  async presses(label) {
    await this.screen.locator('.bottom-bar').getByRole('button', { name: label }).click();
  }

  /** TON Connect's own sheet opens in the app and, with one wallet to choose from, goes straight to that wallet. */
  async connects() {
    await this.presses('Connect wallet');
    await this.wallet.getByRole('button', { name: 'Share address and sign in' }).click();
    await this.wallet.waitFor({ state: 'detached' });
    await this.app.getByText('Balance', { exact: false }).first().waitFor();
  }

  /** From the Mini App's first screen to the wallet's question. */
  async asksToSend({ to, amount, asset = 'GRAM', note }) {
    await this.app.getByRole('button', { name: 'Send', exact: true }).click();
    await this.app.getByLabel('Username, address or link').fill(to);
    await this.presses('Continue');
    if (asset !== 'GRAM') await this.app.getByRole('radio', { name: asset }).check();
    await this.app.getByLabel(`Amount in ${asset}`).fill(amount);
    await this.presses('Review');
    if (note) await this.app.getByLabel('Note').fill(note);
    await this.presses('Confirm in wallet');
    await this.walletAsks(`${amount} ${asset}`);
  }

  /** From the Mini App's first screen to a store of one's own. */
  async opensStore(name) {
    await this.app.getByRole('button', { name: 'Settings' }).click();
    await this.app.getByRole('button', { name: /^Your stores/ }).click();
    await this.presses('Open a store');
    await this.app.getByLabel('Name').fill(name);
    await this.presses('Open the store');
    await this.app.getByText('Owner', { exact: true }).waitFor();
  }

  /** Telegram's own Back. */
  async goesBack() {
    await this.screen.locator('.mini-app').getByRole('button', { name: 'Back', exact: true }).click();
  }

  async walletAsks(words) {
    await this.wallet.locator('.moving').filter({ hasText: words }).waitFor();
  }

  async signs() {
    await this.wallet.getByRole('button', { name: 'Sign and send' }).click();
    await this.wallet.waitFor({ state: 'detached' });
  }

  async declines() {
    await this.wallet.getByRole('button', { name: 'Decline' }).click();
    await this.wallet.waitFor({ state: 'detached' });
  }

  async sees(words) {
    await this.app.getByText(words).first().waitFor();
  }

  /** The bot's message is in the chat, whatever lies over it. */
  async isTold(words) {
    await this.chat.locator('.said[data-from="bot"]').filter({ hasText: words }).first().waitFor({ state: 'attached' });
  }
}
