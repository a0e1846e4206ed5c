// The only file that speaks to Telegram. Its protocol is small: named events with JSON, over postMessage in a
// browser frame and over an injected proxy in the apps. Launch parameters come in the URL's fragment.
// https://docs.telegram-mini-apps.com/platform
import type { ThemeParams } from './theme';

export interface Launch {
  /** The signed string, byte for byte; the service verifies it. */
  readonly initData: string;
  readonly version: string;
  readonly platform: string;
  readonly theme: ThemeParams;
  /** Whatever the link that opened us says. Untrusted: an id to look up, nothing more. */
  readonly startParam: string | null;
}

export interface Insets {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Buttons keep their state in the client; what we send is merged into it. */
export interface ButtonPatch {
  readonly is_visible?: boolean;
  readonly is_active?: boolean;
  readonly is_progress_visible?: boolean;
  readonly text?: string;
  readonly color?: string;
  readonly text_color?: string;
  readonly position?: 'left' | 'top';
}

/** What Telegram tells us. */
export interface Incoming {
  main_button_pressed: undefined;
  secondary_button_pressed: undefined;
  back_button_pressed: undefined;
  settings_button_pressed: undefined;
  theme_changed: { readonly theme_params: ThemeParams };
  viewport_changed: { readonly height: number; readonly is_state_stable: boolean };
  safe_area_changed: Insets;
  content_safe_area_changed: Insets;
  write_access_requested: { readonly status: string };
  qr_text_received: { readonly data?: string };
  scan_qr_popup_closed: undefined;
  invoice_closed: { readonly slug: string; readonly status: InvoiceClosed };
}

/** What became of Telegram's payment sheet. `pending`: the Stars are on their way. */
export type InvoiceClosed = 'paid' | 'cancelled' | 'failed' | 'pending';

/** What we tell Telegram. */
interface Outgoing {
  iframe_ready: { reload_supported: boolean };
  web_app_ready: undefined;
  web_app_expand: undefined;
  web_app_close: undefined;
  web_app_request_theme: undefined;
  web_app_request_viewport: undefined;
  web_app_request_safe_area: undefined;
  web_app_request_content_safe_area: undefined;
  web_app_request_write_access: undefined;
  web_app_set_header_color: { color: string };
  web_app_set_background_color: { color: string };
  web_app_set_bottom_bar_color: { color: string };
  web_app_setup_main_button: ButtonPatch;
  web_app_setup_secondary_button: ButtonPatch;
  web_app_setup_back_button: { is_visible: boolean };
  web_app_setup_settings_button: { is_visible: boolean };
  web_app_setup_closing_behavior: { need_confirmation: boolean };
  web_app_trigger_haptic_feedback: {
    type: 'impact' | 'notification' | 'selection_change';
    impact_style?: 'light' | 'medium';
    notification_type?: 'success' | 'warning' | 'error';
  };
  web_app_open_tg_link: { path_full: string };
  web_app_open_link: { url: string };
  web_app_open_scan_qr_popup: { text: string };
  web_app_close_scan_qr_popup: undefined;
  web_app_open_invoice: { slug: string };
}

export type Haptic = 'tap' | 'select' | 'success' | 'warning' | 'error';

export interface Telegram {
  readonly launch: Launch;
  /** False when the page was opened with launch parameters but no Telegram around it: then buttons are drawn in the page. */
  readonly hosted: boolean;
  supports(version: string): boolean;
  on<E extends keyof Incoming>(event: E, handler: (data: Incoming[E]) => void): () => void;
  ready(): void;
  paint(page: string): void;
  mainButton(patch: ButtonPatch): void;
  secondaryButton(patch: ButtonPatch): void;
  backButton(visible: boolean): void;
  settingsButton(visible: boolean): void;
  confirmClosing(needed: boolean): void;
  haptic(kind: Haptic): void;
  /** Opens any link the right way: t.me inside Telegram, the rest in a browser. */
  open(url: string): void;
  close(): void;
  /** Whether the bot may write to the person, after asking them. */
  requestWriteAccess(): Promise<boolean>;
  /** The scanned text, or null if closed. Only where `canScan`. */
  readonly canScan: boolean;
  scan(prompt: string): Promise<string | null>;
  /** Shows Telegram's payment sheet for an invoice link, and says what became of it. */
  openInvoice(link: string): Promise<InvoiceClosed>;
}

/** The parts of `window` the bridge needs; a test brings its own. */
export interface Host {
  readonly parent: { postMessage(message: string, target: string): void };
  readonly TelegramWebviewProxy?: { postEvent(type: string, data: string): void };
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  open(url: string, target: string, features: string): unknown;
}

/** A client that does not know a question never answers it. */
const PATIENCE_MS = 60_000;
const INVOICE = /^https?:\/\/t\.me\/(?:\$|invoice\/)([\w-]+)/i;
const T_ME = /^https?:\/\/(?:t\.me|telegram\.me)(\/.*)$/i;

/** Hands a t.me link to the client that frames this page. False in a tab of its own: there the link works by itself. */
export function openInClient(host: Host, url: string): boolean {
  const path = T_ME.exec(url)?.[1];
  if (!path || host.parent === (host as unknown)) return false;
  host.parent.postMessage(JSON.stringify({ eventType: 'web_app_open_tg_link', eventData: { path_full: path } }), '*');
  return true;
}

/** Launch parameters from a URL with a fragment, or null when Telegram did not open it. */
export function readLaunch(url: string): Launch | null {
  const cut = url.indexOf('#');
  if (cut < 0) return null;
  const params = new URLSearchParams(url.slice(cut + 1));
  const initData = params.get('tgWebAppData');
  const version = params.get('tgWebAppVersion');
  const platform = params.get('tgWebAppPlatform');
  if (!initData || !version || !platform) return null;
  const startParam = params.get('tgWebAppStartParam') ?? new URLSearchParams(initData).get('start_param') ?? asked(url.slice(0, cut));
  return { initData, version, platform, theme: parseTheme(params.get('tgWebAppThemeParams')), startParam };
}

/** A bot's button opens an address, not a link of Telegram's: what it asks for stands in the query. */
function asked(address: string): string | null {
  return new URLSearchParams(address.split('?')[1]).get('startapp');
}

export function createTelegram(host: Host, launch: Launch): Telegram {
  const channel = channelOf(host, launch.version);
  return {
    launch,
    hosted: channel.hosted,
    supports: channel.supports,
    on: channel.on,
    ...frame(channel),
    ...buttons(channel),
    ...links(channel, host),
    ...questions(channel, launch.platform),
  };
}

/** Both directions of the protocol, with the client's version to ask before each word it may not know. */
interface Channel {
  readonly hosted: boolean;
  supports(version: string): boolean;
  send<E extends keyof Outgoing>(type: E, ...data: Outgoing[E] extends undefined ? [] : [Outgoing[E]]): void;
  on<E extends keyof Incoming>(event: E, handler: (data: Incoming[E]) => void): () => void;
  once<E extends keyof Incoming, T>(event: E, read: (data: Incoming[E]) => T): Promise<T>;
}

function channelOf(host: Host, version: string): Channel {
  const handlers = new Map<string, Set<(data: unknown) => void>>();
  const proxy = host.TelegramWebviewProxy;
  const framed = host.parent !== (host as unknown);
  listen(host, (type, data) => handlers.get(type)?.forEach((handler) => handler(data)));

  const on: Channel['on'] = (event, handler) => {
    const set = handlers.get(event) ?? new Set();
    handlers.set(event, set);
    // Events carry what the protocol says; a field that is missing is the handler's to survive.
    const listener = handler as (data: unknown) => void;
    set.add(listener);
    return () => set.delete(listener);
  };

  return {
    hosted: proxy !== undefined || framed,
    supports: (needed) => compareVersions(version, needed) >= 0,
    send(type, ...data) {
      const body = data[0] ?? {};
      if (proxy) proxy.postEvent(type, JSON.stringify(body));
      // The parent may be any Telegram web client, or the sandbox; nothing secret is ever sent.
      else if (framed) host.parent.postMessage(JSON.stringify({ eventType: type, eventData: body }), '*');
    },
    on,
    once: (event, read) =>
      new Promise((resolve) => {
        const off = on(event, (data) => {
          off();
          resolve(read(data));
        });
      }),
  };
}

function frame({ send, supports }: Channel): Pick<Telegram, 'ready' | 'paint' | 'confirmClosing' | 'haptic' | 'close'> {
  return {
    ready() {
      send('iframe_ready', { reload_supported: false });
      send('web_app_ready');
      send('web_app_expand');
      send('web_app_request_theme');
      send('web_app_request_viewport');
      if (!supports('8.0')) return;
      send('web_app_request_safe_area');
      send('web_app_request_content_safe_area');
    },
    paint(color) {
      if (!supports('6.9')) return;
      send('web_app_set_header_color', { color });
      send('web_app_set_background_color', { color });
      if (supports('7.10')) send('web_app_set_bottom_bar_color', { color });
    },
    confirmClosing: (need_confirmation) => supports('6.2') && send('web_app_setup_closing_behavior', { need_confirmation }),
    haptic(kind) {
      if (!supports('6.1')) return;
      if (kind === 'tap') send('web_app_trigger_haptic_feedback', { type: 'impact', impact_style: 'light' });
      else if (kind === 'select') send('web_app_trigger_haptic_feedback', { type: 'selection_change' });
      else send('web_app_trigger_haptic_feedback', { type: 'notification', notification_type: kind });
    },
    close: () => send('web_app_close'),
  };
}

function buttons({ send, supports }: Channel): Pick<Telegram, 'mainButton' | 'secondaryButton' | 'backButton' | 'settingsButton'> {
  return {
    mainButton: (patch) => send('web_app_setup_main_button', patch),
    secondaryButton: (patch) => supports('7.10') && send('web_app_setup_secondary_button', patch),
    backButton: (is_visible) => supports('6.1') && send('web_app_setup_back_button', { is_visible }),
    settingsButton: (is_visible) => supports('7.0') && send('web_app_setup_settings_button', { is_visible }),
  };
}

function links({ send, supports, hosted }: Channel, host: Host): Pick<Telegram, 'open'> {
  return {
    open(url) {
      const path = T_ME.exec(url)?.[1];
      if (!hosted) host.open(url, '_blank', 'noopener,noreferrer');
      else if (path && supports('6.1')) send('web_app_open_tg_link', { path_full: path });
      else send('web_app_open_link', { url });
    },
  };
}

function questions(
  { send, supports, once, on, hosted }: Channel,
  platform: string,
): Pick<Telegram, 'requestWriteAccess' | 'canScan' | 'scan' | 'openInvoice'> {
  return {
    openInvoice(link) {
      const slug = INVOICE.exec(link)?.[1];
      if (!slug || !hosted || !supports('6.1')) return Promise.resolve('failed');
      const closed = new Promise<InvoiceClosed>((resolve) => {
        const off = on('invoice_closed', (data) => {
          if (data.slug !== slug) return;
          off();
          resolve(data.status);
        });
      });
      send('web_app_open_invoice', { slug });
      return closed;
    },
    requestWriteAccess() {
      if (!hosted || !supports('6.9')) return Promise.resolve(false);
      const answer = once('write_access_requested', (data) => data.status === 'allowed');
      const silence = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS));
      send('web_app_request_write_access');
      return Promise.race([answer, silence]);
    },
    canScan: hosted && supports('6.4') && (platform === 'ios' || platform === 'android'),
    scan(prompt) {
      const text = once('qr_text_received', (data) => data.data ?? null);
      const closed = once('scan_qr_popup_closed', () => null);
      send('web_app_open_scan_qr_popup', { text: prompt });
      return Promise.race([text, closed]).finally(() => send('web_app_close_scan_qr_popup'));
    },
  };
}

/** Telegram around this page, or null outside it. Read once, before anything else touches the URL. */
export const telegram: Telegram | null = start();

function start(): Telegram | null {
  const launch = readLaunch(location.href) ?? readLaunch(navigationUrl());
  return launch && createTelegram(window, launch);
}

/** The URL as it was first opened, should anything have cut its fragment since. */
function navigationUrl(): string {
  return performance.getEntriesByType('navigation')[0]?.name ?? '';
}

/** Clients differ in how they deliver events: messages from the parent frame, or one of three global functions. */
function listen(host: Host, receive: (type: string, data: unknown) => void): void {
  host.addEventListener('message', (event) => {
    if (event.source !== (host.parent as unknown) || typeof event.data !== 'string') return;
    const message = parseObject(event.data);
    if (typeof message?.['eventType'] === 'string') receive(message['eventType'], message['eventData']);
  });
  const global = host as unknown as Record<string, unknown>;
  const existing = global['Telegram'] as Record<string, unknown> | undefined;
  global['Telegram'] = { ...existing, WebView: { receiveEvent: receive } };
  global['TelegramGameProxy'] = { receiveEvent: receive };
  global['TelegramGameProxy_receiveEvent'] = receive;
}

function parseTheme(text: string | null): ThemeParams {
  return (text && parseObject(text)) || {};
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((v) => v.split('.').map((n) => parseInt(n, 10) || 0));
  return (x?.[0] ?? 0) - (y?.[0] ?? 0) || (x?.[1] ?? 0) - (y?.[1] ?? 0);
}
