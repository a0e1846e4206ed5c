import { beforeEach, describe, expect, it, vi } from 'vitest';
import { serve, type Surroundings } from './host';
import { newSession, type Session } from './session';

interface Told {
  readonly eventType: string;
  readonly eventData: Record<string, unknown>;
}

let session: Session;
let told: Told[];
let phone: Surroundings;

beforeEach(() => {
  told = [];
  localStorage.clear();
  session = newSession('app', new URL('http://alice.localhost:8080/#x=1'), null, 'Continue');
  const contentWindow = { postMessage: (message: string, origin: string) => {
    expect(origin).toBe('http://alice.localhost:8080');
    told.push(JSON.parse(message) as Told);
  } };
  session.frame.current = { contentWindow } as unknown as HTMLIFrameElement;
  phone = {
    scheme: () => 'dark',
    viewport: () => ({ width: 340, height: 600 }),
    close: vi.fn<() => void>(),
    openLink: vi.fn<(url: string) => void>(),
    openTelegram: vi.fn<(path: string) => void>(),
    haptic: vi.fn<Surroundings['haptic']>(),
    mayWrite: () => Promise.resolve(true),
    pay: (slug) => Promise.resolve(slug === 'stars12' ? 'paid' : 'failed'),
  };
});

const says = (eventType: string, eventData: unknown = {}) => serve(session, JSON.stringify({ eventType, eventData }), phone);

describe('a Telegram client', () => {
  it('answers what an app asks at once', () => {
    says('web_app_request_theme');
    says('web_app_request_viewport');
    expect(told).toMatchObject([
      { eventType: 'theme_changed', eventData: { theme_params: { secondary_bg_color: '#0e1621' } } },
      { eventType: 'viewport_changed', eventData: { width: 340, height: 600, is_expanded: true, is_state_stable: true } },
    ]);
  });

  it('says what became of a payment sheet', async () => {
    says('web_app_open_invoice', { slug: 'stars12' });
    await Promise.resolve();
    expect(told).toEqual([{ eventType: 'invoice_closed', eventData: { slug: 'stars12', status: 'paid' } }]);
  });

  it('merges what an app says about its buttons', () => {
    says('web_app_setup_main_button', { is_visible: true, text: 'Pay', color: '#112233' });
    says('web_app_setup_main_button', { is_progress_visible: true, text: 7 });
    expect(session.main.value).toMatchObject({ is_visible: true, text: 'Pay', color: '#112233', is_progress_visible: true, is_active: true });
    expect(session.secondary.value.is_visible).toBe(false);
  });

  it('tells which button closed a popup, and that none did', () => {
    says('web_app_open_popup', { message: 'Sure?', buttons: [{ id: 'go', type: 'default', text: 'Go' }] });
    session.popup.value?.closed('go');
    says('web_app_open_popup', { message: 'Sure?', buttons: [] });
    session.popup.value?.closed(null);
    expect(told.map((each) => each.eventData)).toEqual([{ button_id: 'go' }, {}]);
    expect(session.popup.value).toBeNull();
  });

  it('keeps values in the cloud and on the device, each its own', () => {
    const custom = (req_id: string, method: string, params: object) => says('web_app_invoke_custom_method', { req_id, method, params });
    custom('1', 'saveStorageValue', { key: 'a', value: 'cloud' });
    says('web_app_device_storage_save_key', { req_id: '2', key: 'a', value: 'device' });
    custom('3', 'getStorageValues', { keys: ['a', 'b'] });
    custom('4', 'getStorageKeys', {});
    custom('5', 'readMinds', {});
    says('web_app_device_storage_get_key', { req_id: '6', key: 'a' });
    expect(told.map((each) => each.eventData)).toEqual([
      { req_id: '1', result: true },
      { req_id: '2' },
      { req_id: '3', result: { a: 'cloud', b: '' } },
      { req_id: '4', result: ['a'] },
      { req_id: '5', error: 'METHOD_INVALID' },
      { req_id: '6', value: 'device' },
    ]);
  });

  it('hands links and taps on', () => {
    says('web_app_open_tg_link', { path_full: '/remit_sandbox_bot?startapp=x' });
    says('web_app_open_link', { url: 'http://localhost:8080/docs' });
    says('web_app_trigger_haptic_feedback', { type: 'notification', notification_type: 'success' });
    expect(phone.openTelegram).toHaveBeenCalledWith('/remit_sandbox_bot?startapp=x');
    expect(phone.openLink).toHaveBeenCalledWith('http://localhost:8080/docs');
    expect(phone.haptic).toHaveBeenCalledWith('strong');
  });

  it('tells whether a prepared message went to somebody', () => {
    for (const went of [true, false]) {
      says('web_app_send_prepared_message', { id: 'p1' });
      const share = session.share.value;
      if (share?.kind === 'prepared') share.sent(went);
    }
    expect(told.map((each) => each.eventType)).toEqual(['prepared_message_sent', 'prepared_message_failed']);
    expect(session.share.value).toBeNull();
  });

  it('says aloud what it does not know, and ignores what is no event', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    for (const noise of [undefined, 7, '{', '{"eventType":1}', { eventType: 'web_app_close' }]) serve(session, noise, phone);
    expect(warn).not.toHaveBeenCalled();
    says('constructor');
    says('web_app_from_the_future');
    expect(warn).toHaveBeenCalledTimes(2);
    expect(phone.close).not.toHaveBeenCalled();
  });
});
