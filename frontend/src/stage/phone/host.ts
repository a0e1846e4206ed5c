// The Telegram client's half of the Mini App protocol: one handler per event an app may send.
// Source: Telegram Mini Apps, "Methods" and "Events", up to version 9.1.

import { telegramTheme, type Scheme } from '../scheme';
import { emit, type BottomButton, type PopupButton, type Session, type Share } from './session';
import { cloud, device, type Store } from './storage';

export type Data = Readonly<Record<string, unknown>>;

/** What the rest of the phone does for an app. */
export interface Surroundings {
  readonly scheme: () => Scheme;
  readonly viewport: () => { readonly width: number; readonly height: number };
  readonly close: () => void;
  readonly openLink: (url: string) => void;
  readonly openTelegram: (path: string) => void;
  readonly haptic: (strength: 'light' | 'strong') => void;
  readonly mayWrite: () => Promise<boolean>;
  /** Shows the payment sheet; says what became of it. */
  readonly pay: (slug: string) => Promise<string>;
}

type Handler = (session: Session, data: Data, phone: Surroundings) => void;

const NO_INSETS = { top: 0, bottom: 0, left: 0, right: 0 };
const noted: Handler = () => {};

const HANDLERS: Readonly<Record<string, Handler>> = {
  iframe_ready: (session) => emit(session, 'set_custom_style', {}),
  iframe_will_reload: noted,
  web_app_ready: (session) => (session.ready.value = true),
  web_app_close: (_session, _data, phone) => phone.close(),
  web_app_expand: viewport,
  web_app_request_viewport: viewport,
  web_app_request_theme: theme,
  web_app_request_safe_area: (session) => emit(session, 'safe_area_changed', NO_INSETS),
  web_app_request_content_safe_area: (session) => emit(session, 'content_safe_area_changed', NO_INSETS),
  web_app_set_header_color: (session, data, phone) => (session.ground.value = { ...session.ground.value, ...colour('header', data, phone) }),
  web_app_set_bottom_bar_color: (session, data, phone) => (session.ground.value = { ...session.ground.value, ...colour('bottom', data, phone) }),
  web_app_set_background_color: noted,
  web_app_setup_main_button: (session, data) => (session.main.value = patched(session.main.value, data)),
  web_app_setup_secondary_button: (session, data) => (session.secondary.value = patched(session.secondary.value, data)),
  web_app_setup_back_button: (session, data) => (session.back.value = data['is_visible'] === true),
  web_app_setup_settings_button: (session, data) => (session.settings.value = data['is_visible'] === true),
  web_app_setup_closing_behavior: (session, data) => (session.asksBeforeClosing.value = data['need_confirmation'] === true),
  web_app_setup_swipe_behavior: noted,
  web_app_open_popup: popup,
  web_app_open_scan_qr_popup: (session, data) => (session.scanner.value = text(data, 'text')),
  web_app_close_scan_qr_popup: (session) => (session.scanner.value = null),
  web_app_open_invoice: (session, data, phone) =>
    void phone.pay(text(data, 'slug')).then((status) => emit(session, 'invoice_closed', { slug: text(data, 'slug'), status })),
  web_app_open_link: (_session, data, phone) => phone.openLink(text(data, 'url')),
  web_app_open_tg_link: (_session, data, phone) => phone.openTelegram(text(data, 'path_full')),
  web_app_trigger_haptic_feedback: (_session, data, phone) => phone.haptic(strength(data)),
  web_app_read_text_from_clipboard: (session, data) => void clipboard(session, text(data, 'req_id')),
  web_app_request_write_access: (session, _data, phone) =>
    void phone.mayWrite().then((may) => emit(session, 'write_access_requested', { status: may ? 'allowed' : 'cancelled' })),
  web_app_request_phone: (session) => emit(session, 'phone_requested', { status: 'cancelled' }),
  web_app_biometry_get_info: (session) => emit(session, 'biometry_info_received', { available: false }),
  web_app_check_home_screen: (session) => emit(session, 'home_screen_checked', { status: 'unsupported' }),
  web_app_send_prepared_message: (session, data) => (session.share.value = prepared(session, text(data, 'id'))),
  web_app_invoke_custom_method: custom,
  web_app_device_storage_save_key: (session, data) => {
    const value = data['value'];
    if (typeof value === 'string') device(session).set(text(data, 'key'), value);
    else device(session).remove(text(data, 'key'));
    emit(session, 'device_storage_key_saved', { req_id: data['req_id'] });
  },
  web_app_device_storage_get_key: (session, data) =>
    emit(session, 'device_storage_key_received', { req_id: data['req_id'], value: device(session).get(text(data, 'key')) }),
  web_app_device_storage_clear: (session, data) => {
    device(session).clear();
    emit(session, 'device_storage_cleared', { req_id: data['req_id'] });
  },
};

/** Acts on one message from the app's frame. What we do not know is said aloud, so that tests notice. */
export function serve(session: Session, message: unknown, phone: Surroundings): void {
  const event = parse(message);
  if (!event) return;
  const handler = Object.hasOwn(HANDLERS, event.type) ? HANDLERS[event.type] : undefined;
  if (handler) handler(session, event.data, phone);
  else console.warn(`Telegram host: unhandled event ${event.type}`, event.data);
}

function parse(message: unknown): { type: string; data: Data } | null {
  if (typeof message !== 'string') return null;
  try {
    const { eventType, eventData } = JSON.parse(message) as { eventType?: unknown; eventData?: unknown };
    if (typeof eventType !== 'string') return null;
    return { type: eventType, data: typeof eventData === 'object' && eventData !== null ? (eventData as Data) : {} };
  } catch {
    return null;
  }
}

function viewport(session: Session, _data: Data, phone: Surroundings): void {
  emit(session, 'viewport_changed', { ...phone.viewport(), is_expanded: true, is_state_stable: true });
}

function theme(session: Session, _data: Data, phone: Surroundings): void {
  emit(session, 'theme_changed', { theme_params: telegramTheme(phone.scheme()) });
}

/** Apps send only what changes. */
function patched(button: BottomButton, data: Data): BottomButton {
  const flags = Object.fromEntries(
    ['is_visible', 'is_active', 'is_progress_visible'].flatMap((name) => (typeof data[name] === 'boolean' ? [[name, data[name]]] : [])),
  );
  const words = Object.fromEntries(
    ['text', 'color', 'text_color'].flatMap((name) => (typeof data[name] === 'string' ? [[name, data[name]]] : [])),
  );
  return { ...button, ...flags, ...words };
}

function popup(session: Session, data: Data): void {
  const buttons = Array.isArray(data['buttons']) ? (data['buttons'] as Data[]) : [];
  session.popup.value = {
    title: text(data, 'title'),
    message: text(data, 'message'),
    buttons: buttons.map((button) => ({ id: text(button, 'id'), type: text(button, 'type') as PopupButton['type'], text: text(button, 'text') })),
    closed: (id) => {
      session.popup.value = null;
      emit(session, 'popup_closed', id === null ? {} : { button_id: id });
    },
  };
}

function prepared(session: Session, id: string): Share {
  const sent = (was: boolean) => {
    session.share.value = null;
    if (was) emit(session, 'prepared_message_sent');
    else emit(session, 'prepared_message_failed', { error: 'USER_DECLINED' });
  };
  return { kind: 'prepared', id, sent };
}

/** An app names a theme key or gives `#rrggbb`. */
function colour(part: 'header' | 'bottom', data: Data, phone: Surroundings): { header?: string; bottom?: string } {
  const named = telegramTheme(phone.scheme())[text(data, 'color_key')];
  const value = typeof named === 'string' ? named : text(data, 'color');
  return /^#[0-9a-f]{6}$/i.test(value) ? { [part]: value } : {};
}

function strength(data: Data): 'light' | 'strong' {
  const strong = data['type'] === 'notification' || data['impact_style'] === 'heavy' || data['impact_style'] === 'rigid';
  return strong ? 'strong' : 'light';
}

async function clipboard(session: Session, id: string): Promise<void> {
  const data = await navigator.clipboard.readText().catch(() => null);
  emit(session, 'clipboard_text_received', { req_id: id, data });
}

const CLOUD: Readonly<Record<string, (store: Store, params: Data) => unknown>> = {
  saveStorageValue: (store, params) => (store.set(text(params, 'key'), text(params, 'value')), true),
  getStorageValues: (store, params) => Object.fromEntries(keys(params).map((key) => [key, store.get(key) ?? ''])),
  getStorageKeys: (store) => store.keys(),
  deleteStorageValues: (store, params) => (keys(params).forEach((key) => store.remove(key)), true),
};

function custom(session: Session, data: Data): void {
  const method = CLOUD[text(data, 'method')];
  const params = (data['params'] ?? {}) as Data;
  const answer = method ? { result: method(cloud(session), params) } : { error: 'METHOD_INVALID' };
  emit(session, 'custom_method_invoked', { req_id: data['req_id'], ...answer });
}

function keys(params: Data): string[] {
  const given = params['keys'];
  return Array.isArray(given) ? given.filter((key) => typeof key === 'string') : [];
}

function text(data: Data, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? value : '';
}
