import { h, render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Accepted, PublicInvoice } from '../../api/types';
import { heard } from '../../base/clock';
import { InvoiceCountdown, InvoiceHero, InvoiceState } from './view';

function accepted(asset: string, decimals: number, amount: string, units: string, rate: string): Accepted {
  const money = { amount, asset, units, decimals };
  const received = { amount: '0', asset, units: '0', decimals };
  const fixed = { value: rate, currency: 'USD', sources: ['north', 'south'], at: '2026-11-23T12:00:00.000Z' };
  return { asset, money, received, remaining: money, refunded: received, rate: fixed, ton_link: '' };
}

const invoice: PublicInvoice = {
  id: 'inv_1',
  status: 'open',
  exception: 'none',
  goods_kind: 'physical',
  stars: null,
  money: { amount: '2', asset: 'GRAM', units: '2000000000', decimals: 9 },
  accepted: [
    accepted('GRAM', 9, '2', '2000000000', '2.5'),
    accepted('USDT', 6, '5', '5000000', '1'),
  ],
  open_amount: false,
  min_amount: null,
  fiat: {
    amount: '5.00',
    currency: 'USD',
    rate: '2.5',
    sources: ['north', 'south'],
    at: '2026-11-23T12:00:00.000Z',
    rate_expires_at: '2026-11-23T12:15:00.000Z',
  },
  received: { amount: '0', asset: 'GRAM', units: '0', decimals: 9 },
  remaining: { amount: '2', asset: 'GRAM', units: '2000000000', decimals: 9 },
  shop: { name: 'Coffee Lab', wallet_since: '2026-03-03T12:00:00.000Z' },
  description: null,
  reference: 'K7TQ-9F2M-3XWA-0V5R-8N1D',
  address: 'UQ',
  pay_url: '',
  ton_link: '',
  expires_at: '2026-11-23T12:15:00.000Z',
  created_at: '2026-11-23T12:00:00.000Z',
  paid_at: null,
  return_url: null,
  has_paid_message: false,
  paid_message: null,
  progress: [],
  receipts: [],
  astray: [],
};

describe('an invoice at the top of its page', () => {
  let place: HTMLElement;
  beforeEach(() => {
    place = document.createElement('div');
  });
  const words = () => (place.textContent ?? '').replaceAll('\u00a0', ' ');

  it('shows the price in fiat under the amount, and the rate between them', () => {
    render(h(InvoiceHero, { invoice }), place);
    expect(words()).toMatch(/2 GRAM.*5\.00 USD.*1 GRAM = 2\.5 USD/s);
  });

  it('shows what is due in the asset that is chosen, at its own rate', () => {
    render(h(InvoiceHero, { invoice, of: invoice.accepted[1] }), place);
    expect(words()).toMatch(/5 USDT.*5\.00 USD.*1 USDT = 1 USD/s);
  });

  it('shows what came once it is paid, in the asset it came in', () => {
    const usdt = invoice.accepted[1] as Accepted;
    const both = [invoice.accepted[0] as Accepted, { ...usdt, received: usdt.money }];
    render(h(InvoiceHero, { invoice: { ...invoice, status: 'paid', accepted: both } }), place);
    expect(words()).toContain('5 USDT');
  });

  it('names no sum where that is left to the payer', () => {
    render(h(InvoiceHero, { invoice: { ...invoice, fiat: null, open_amount: true } }), place);
    expect(words()).toContain('Coffee Lab leaves the amount to you');
    expect(words()).not.toContain('GRAM');
  });

  it('shows nothing of fiat when the price is in the asset', () => {
    render(h(InvoiceHero, { invoice: { ...invoice, fiat: null } }), place);
    expect(place.querySelector('.price')).toBeNull();
    expect(words()).toContain('2 GRAM');
  });

  const stars = (count: string) => ({ amount: count, asset: 'XTR', units: count, decimals: 0 });
  const digital: PublicInvoice = { ...invoice, fiat: null, goods_kind: 'digital', stars: { price: stars('250'), received: stars('0'), refunded: stars('0') } };

  it('shows both prices of digital goods in a browser', () => {
    render(h(InvoiceHero, { invoice: digital }), place);
    expect(words()).toMatch(/2 GRAM.*or 250 ★ in Telegram/s);
  });

  it('shows Stars and no coin inside Telegram', () => {
    const inside: PublicInvoice = { ...digital, address: null, reference: null, ton_link: null };
    render(h(InvoiceHero, { invoice: inside }), place);
    expect(words()).toContain('250 ★');
    expect(words()).not.toContain('GRAM');
    render(h(InvoiceHero, { invoice: { ...inside, stars: null } }), place);
    expect(words()).not.toMatch(/GRAM|★/);
  });
});

describe('the time left to pay', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([0, 16, 24 * 60, -24 * 60])('is the service\'s on a device whose clock is %d minutes off', (minutes) => {
    vi.useFakeTimers();
    vi.setSystemTime(Date.parse(invoice.created_at) + minutes * 60_000);
    heard(new Date(Date.parse(invoice.created_at)).toUTCString());
    const place = document.createElement('div');
    render(h('div', null, h(InvoiceCountdown, { invoice }), h(InvoiceState, { invoice })), place);
    expect(place.textContent).toBe('15:00 left to pay');
    render(null, place);
  });
});
