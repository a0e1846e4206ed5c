import { describe, expect, it } from 'vitest';
import { createTelegram, openInClient, readLaunch, type Host, type Launch } from './telegram';

const INIT_DATA = 'user=%7B%22id%22%3A1%7D&auth_date=1&signature=a%2Bb&hash=00&start_param=inv_1';
const fragment = (extra: Record<string, string> = {}) =>
  new URLSearchParams({ tgWebAppData: INIT_DATA, tgWebAppVersion: '9.1', tgWebAppPlatform: 'web', ...extra }).toString();
const launch = (version = '9.1', platform = 'web'): Launch => ({ initData: INIT_DATA, version, platform, theme: {}, startParam: null });

/** A window in a frame, as a Telegram web client makes it. */
function framed() {
  const posted: { eventType: string; eventData: unknown }[] = [];
  const listeners: ((event: MessageEvent) => void)[] = [];
  const opened: string[] = [];
  const parent = { postMessage: (message: string, target: string) => void (target === '*' && posted.push(JSON.parse(message))) };
  const host: Host = {
    parent,
    addEventListener: (_, listener) => void listeners.push(listener),
    open: (url) => opened.push(url),
  };
  const deliver = (data: unknown, source: unknown = parent) => listeners.forEach((l) => l({ data, source } as MessageEvent));
  return { host, posted, deliver, opened };
}

describe('launch parameters', () => {
  it('gives initData exactly as signed: decoded once', () => {
    expect(readLaunch(`https://app.example/#${fragment()}`)?.initData).toBe(INIT_DATA);
  });

  it('finds the start parameter in the fragment, in initData, or in the address', () => {
    expect(readLaunch(`https://app.example/#${fragment({ tgWebAppStartParam: 'req_9' })}`)?.startParam).toBe('req_9');
    expect(readLaunch(`https://app.example/#${fragment()}`)?.startParam).toBe('inv_1');
    const bare = fragment({ tgWebAppData: 'auth_date=1&signature=a&hash=00' });
    expect(readLaunch(`https://app.example/?startapp=inv_2#${bare}`)?.startParam, 'from a button of the bot').toBe('inv_2');
    expect(readLaunch(`https://app.example/#${bare}`)?.startParam).toBeNull();
  });

  it('reads the theme, and shrugs at a broken one', () => {
    expect(readLaunch(`x#${fragment({ tgWebAppThemeParams: '{"bg_color":"#000000"}' })}`)?.theme).toEqual({ bg_color: '#000000' });
    expect(readLaunch(`x#${fragment({ tgWebAppThemeParams: '{oops' })}`)?.theme).toEqual({});
  });

  it.each(['https://app.example/', 'https://app.example/#', 'https://app.example/#tgWebAppVersion=9.1', `https://app.example/#${new URLSearchParams({ tgWebAppData: '', tgWebAppVersion: '9', tgWebAppPlatform: 'web' })}`])(
    'sees that %s is not Telegram',
    (url) => expect(readLaunch(url)).toBeNull(),
  );
});

describe('in a frame', () => {
  it('posts to its parent', () => {
    const { host, posted } = framed();
    createTelegram(host, launch()).mainButton({ text: 'Pay', is_visible: true });
    expect(posted).toEqual([{ eventType: 'web_app_setup_main_button', eventData: { text: 'Pay', is_visible: true } }]);
  });

  it('hands a t.me link of a plain page to its parent, and no other link', () => {
    const { host, posted } = framed();
    expect(openInClient(host, 'https://t.me/remit_bot?startapp=inv_1')).toBe(true);
    expect(posted).toEqual([{ eventType: 'web_app_open_tg_link', eventData: { path_full: '/remit_bot?startapp=inv_1' } }]);
    expect(openInClient(host, 'https://example.com/')).toBe(false);
    const alone: Host = { ...host, parent: host.parent };
    Object.assign(alone, { parent: alone });
    expect(openInClient(alone, 'https://t.me/remit_bot')).toBe(false);
  });

  it('opens the payment sheet of an invoice link, and hears of that one only', async () => {
    const { host, posted, deliver } = framed();
    const telegram = createTelegram(host, launch());
    const closed = telegram.openInvoice('https://t.me/$abc_1');
    expect(posted).toEqual([{ eventType: 'web_app_open_invoice', eventData: { slug: 'abc_1' } }]);
    const says = (slug: string, status: string) => deliver(JSON.stringify({ eventType: 'invoice_closed', eventData: { slug, status } }));
    says('another', 'failed');
    says('abc_1', 'paid');
    expect(await closed).toBe('paid');
    expect(await telegram.openInvoice('https://example.com/$abc')).toBe('failed');
    expect(await createTelegram(framed().host, launch('6.0')).openInvoice('https://t.me/$abc')).toBe('failed');
  });

  it('hears its parent and nobody else', () => {
    const { host, deliver } = framed();
    const telegram = createTelegram(host, launch());
    let pressed = 0;
    const off = telegram.on('main_button_pressed', () => (pressed += 1));
    const press = JSON.stringify({ eventType: 'main_button_pressed' });
    deliver(press);
    deliver(press, {});
    deliver({ eventType: 'main_button_pressed' });
    deliver('not json');
    expect(pressed).toBe(1);
    off();
    deliver(press);
    expect(pressed).toBe(1);
  });
});

describe('in an app', () => {
  it('speaks through the proxy and hears through the global function', () => {
    const sent: string[] = [];
    const { host } = framed();
    const native = { ...host, TelegramWebviewProxy: { postEvent: (type: string, data: string) => void sent.push(`${type} ${data}`) } };
    const telegram = createTelegram(native, launch());
    const themes: unknown[] = [];
    telegram.on('theme_changed', (event) => themes.push(event.theme_params));
    telegram.close();
    const { WebView } = (native as unknown as { Telegram: { WebView: { receiveEvent(type: string, data: unknown): void } } }).Telegram;
    WebView.receiveEvent('theme_changed', { theme_params: { bg_color: '#111111' } });
    expect(sent).toEqual(['web_app_close {}']);
    expect(themes).toEqual([{ bg_color: '#111111' }]);
  });
});

describe('with no host around', () => {
  it('says so, stays silent, and opens links in the browser', () => {
    const { host, posted, opened } = framed();
    const alone = { ...host };
    const top: Host = Object.assign(alone, { parent: alone as unknown as Host['parent'] });
    const telegram = createTelegram(top, launch());
    telegram.haptic('tap');
    telegram.open('https://t.me/somebody');
    expect(telegram.hosted).toBe(false);
    expect(posted).toEqual([]);
    expect(opened).toEqual(['https://t.me/somebody']);
  });
});

describe('version gates', () => {
  it.each([
    ['7.10', '7.9', true],
    ['7.9', '7.10', false],
    ['8.0', '8.0', true],
    ['6.0', '6.1', false],
    ['', '6.0', false],
  ])('%s supports %s: %s', (version, needed, expected) => {
    expect(createTelegram(framed().host, launch(version)).supports(needed)).toBe(expected);
  });

  it('spares old clients what they do not know', () => {
    const { host, posted } = framed();
    const telegram = createTelegram(host, launch('6.0'));
    telegram.secondaryButton({ text: 'x' });
    telegram.backButton(true);
    telegram.haptic('success');
    telegram.paint('#000000');
    expect(posted).toEqual([]);
  });

  it('opens t.me links inside Telegram and others outside', () => {
    const { host, posted } = framed();
    const telegram = createTelegram(host, launch());
    telegram.open('https://t.me/share/url?url=a');
    telegram.open('https://example.com/');
    expect(posted.map((p) => [p.eventType, p.eventData])).toEqual([
      ['web_app_open_tg_link', { path_full: '/share/url?url=a' }],
      ['web_app_open_link', { url: 'https://example.com/' }],
    ]);
  });

  it('scans only where there is a camera popup', async () => {
    const { host, deliver } = framed();
    expect(createTelegram(host, launch('9.1', 'tdesktop')).canScan).toBe(false);
    const phone = createTelegram(host, launch('9.1', 'ios'));
    const scanned = phone.scan('Point here');
    deliver(JSON.stringify({ eventType: 'qr_text_received', eventData: { data: 'ton://transfer/UQ' } }));
    await expect(scanned).resolves.toBe('ton://transfer/UQ');
  });
});
