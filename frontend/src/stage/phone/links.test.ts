import { describe, expect, it } from 'vitest';
import { destination, telegramPath } from './links';

const BOT = 'remit_sandbox_bot';

/** As @tonconnect/sdk packs it. */
const pack = (query: string) =>
  query.replaceAll('.', '%2E').replaceAll('-', '%2D').replaceAll('_', '%5F').replaceAll('&', '-').replaceAll('=', '__').replaceAll('%', '--');

describe('a link on the phone', () => {
  it('opens the Mini App at the object it names', () => {
    expect(destination(`/${BOT}?startapp=inv_01`, BOT)).toEqual({ to: 'app', startapp: 'inv_01' });
    expect(destination(`/${BOT}/app?startapp=`, BOT)).toEqual({ to: 'app', startapp: null });
  });

  it('asks for Stars', () => {
    expect(destination('/$stars12', BOT)).toEqual({ to: 'invoice', slug: 'stars12' });
    expect(destination('/invoice/stars12', BOT)).toEqual({ to: 'invoice', slug: 'stars12' });
    expect(destination('/$', BOT).to).toBe('elsewhere');
  });

  it('starts the bot', () => {
    expect(destination(`/Remit_Sandbox_Bot?start=req_7`, BOT)).toEqual({ to: 'chat', param: 'req_7' });
    expect(destination(`/${BOT}`, BOT)).toEqual({ to: 'chat', param: null });
  });

  it('gives the wallet exactly the request the app packed', () => {
    const manifest = JSON.stringify({ manifestUrl: 'http://alice.localhost:8080/tc-manifest_1.json', items: [{ name: 'ton_addr' }] });
    const query = `v=2&id=${'ab'.repeat(32)}&r=${encodeURIComponent(manifest)}&ret=back`;
    const found = destination(`/sandbox_wallet/start?startapp=tonconnect-${pack(query)}`, BOT);
    expect(found.to).toBe('wallet');
    const read = new URLSearchParams(found.to === 'wallet' ? (found.query ?? '') : '');
    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(new URLSearchParams(query)));
  });

  it('only shows the wallet when there is no request in it', () => {
    expect(destination(`/sandbox_wallet/start?startapp=tonconnect-${pack('ret=back')}`, BOT)).toEqual({ to: 'wallet', query: null });
  });

  it('shares, and admits when it leads out of the sandbox', () => {
    expect(destination('/share/url?url=https%3A%2F%2Ft.me%2Fx&text=Hi', BOT)).toEqual({ to: 'share', url: 'https://t.me/x' });
    expect(destination('/durov', BOT)).toEqual({ to: 'elsewhere', path: '/durov' });
  });
});

it('recognises Telegram’s own addresses and no others', () => {
  expect(telegramPath(`https://t.me/${BOT}?startapp=a`)).toBe(`/${BOT}?startapp=a`);
  expect(telegramPath(`tg://resolve?domain=${BOT}&start=a`)).toBe(`/${BOT}?start=a`);
  expect(telegramPath('https://t.me.example.com/x')).toBeNull();
  expect(telegramPath('not a link')).toBeNull();
});
