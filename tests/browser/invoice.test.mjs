// The pay page in front of a customer: with scripts one chooses what to pay in, without them one can still pay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { openBrowser } from './browser.mjs';
import { merchant, startOver, until, world } from './sandbox.mjs';

const TWO = { fiat: { amount: '5.00', currency: 'USD' }, asset: 'GRAM', accepted_assets: ['GRAM', 'USDT'] };

/** A shop whose service has heard of rates by now. */
async function opens() {
  const { shop } = await startOver();
  await until('rates are trusted', async () => {
    const rates = await merchant(shop, 'rates');
    return rates.data.every((rate) => rate.trusted);
  });
  return shop;
}

const pays = (invoice, amount, asset) => world('wallets/alice/send', { to: invoice.address, amount, asset, comment: invoice.reference });

test('A customer chooses the asset, pays a part in the other, and the page follows', { timeout: 120_000 }, async () => {
  const shop = await opens();
  const invoice = await merchant(shop, 'invoices', TWO);
  const { context, faults, close } = await openBrowser({ width: 390, height: 844 });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(invoice.pay_url);
    const hero = page.locator('.hero');
    await hero.getByText(/^2\s*GRAM$/).waitFor();
    await page.getByRole('radio', { name: 'USDT' }).check({ force: true });
    await hero.getByText(/^5\s*USDT$/).waitFor();
    assert.match(await hero.innerText(), /5\s*USDT[\s\S]*1\s*USDT = 1\s*USD[\s\S]*Wallet bound since/);
    await page.getByText('Pay by hand').click();
    await page.getByRole('button', { name: 'Amount' }).getByText('5', { exact: true }).waitFor();
    await page.getByText(invoice.reference).waitFor();

    await pays(invoice, '1', 'GRAM');
    await page.getByRole('button', { name: /Pay the remaining 2\.5\s*USDT/ }).waitFor({ timeout: 40_000 });
    await pays(invoice, '2.5', 'USDT');
    await page.getByText('It cannot be undone', { exact: false }).waitFor({ timeout: 40_000 });
    assert.match(await page.locator('main').innerText(), /1\s*GRAM \+ 2\.5\s*USDT/);
    assert.deepEqual(faults, []);
  } finally {
    await close();
  }
});

test('An open amount names its minimum and waits for enough', { timeout: 120_000 }, async () => {
  const shop = await opens();
  const invoice = await merchant(shop, 'invoices', { open_amount: true, min_amount: '0.5', asset: 'GRAM' });
  const { context, faults, close } = await openBrowser({ width: 390, height: 844 });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(invoice.pay_url);
    const figure = page.getByLabel('Your amount in GRAM');
    const pay = page.getByRole('button', { name: 'Pay with a wallet' });
    await figure.fill('0.4');
    await page.getByText(/At least 0\.5\s*GRAM/).waitFor();
    assert.equal(await pay.isDisabled(), true);
    await figure.fill('0,75');
    await until('enough can be paid', () => pay.isEnabled());
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id), []);
    assert.deepEqual(faults, []);
  } finally {
    await close();
  }
});

test('Without scripts the page says everything that is needed to pay', { timeout: 120_000 }, async () => {
  const shop = await opens();
  const invoice = await merchant(shop, 'invoices', { ...TWO, description: '<script>document.title = "owned"</script>' });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })).newPage();
    await page.goto(invoice.pay_url);
    const words = await page.locator('main').innerText();
    for (const part of ['Coffee Lab asks for', '2 GRAM or 5 USDT', '<script>', 'Waiting for payment', 'Pay before', invoice.address, invoice.reference]) {
      assert.ok(words.includes(part), `${part} in ${words}`);
    }
    const link = page.getByRole('link', { name: 'Pay 5 USDT with a wallet' });
    assert.equal(await link.getAttribute('href'), invoice.accepted[1].ton_link);
    assert.ok((await link.boundingBox()).y < 844, 'a wallet is one tap away');
    await pays(invoice, '2', 'GRAM');
    // It reloads itself.
    await until('the page has reloaded', async () => (await page.locator('main').innerText()).includes('Coffee Lab has 2 GRAM'));
    assert.equal(await page.title(), '2 GRAM to Coffee Lab');
  } finally {
    await browser.close();
  }
});
