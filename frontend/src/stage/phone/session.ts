// One opened page: the Mini App, or a web page in the phone's browser. What it asked its host to show is gone when it closes.

import { signal, type Signal } from '@preact/signals';

export interface BottomButton {
  readonly is_visible: boolean;
  readonly is_active: boolean;
  readonly is_progress_visible: boolean;
  readonly text: string;
  readonly color?: string;
  readonly text_color?: string;
}

export interface PopupButton {
  readonly id: string;
  readonly type: 'default' | 'ok' | 'close' | 'cancel' | 'destructive';
  readonly text: string;
}

export interface Popup {
  readonly title: string;
  readonly message: string;
  readonly buttons: readonly PopupButton[];
  /** The id of the pressed button, or null when it was dismissed. */
  readonly closed: (button: string | null) => void;
}

export type Share =
  | { readonly kind: 'link'; readonly url: string }
  /** A message the bot has prepared; `sent` hears whether it went to somebody. */
  | { readonly kind: 'prepared'; readonly id: string; readonly sent: (was: boolean) => void };

export interface Session {
  readonly kind: 'app' | 'page';
  /** Tells one opening from the next. */
  readonly key: number;
  /** Where it lives, without the launch parameters. */
  readonly address: string;
  readonly url: string;
  readonly origin: string;
  readonly startapp: string | null;
  readonly frame: { current: HTMLIFrameElement | null };
  readonly ready: Signal<boolean>;
  readonly main: Signal<BottomButton>;
  readonly secondary: Signal<BottomButton>;
  readonly back: Signal<boolean>;
  readonly settings: Signal<boolean>;
  readonly asksBeforeClosing: Signal<boolean>;
  readonly popup: Signal<Popup | null>;
  /** The words over the viewfinder, while one is open. */
  readonly scanner: Signal<string | null>;
  readonly share: Signal<Share | null>;
  readonly ground: Signal<{ readonly header?: string; readonly bottom?: string }>;
}

let opened = 0;

export function newSession(kind: Session['kind'], url: URL, startapp: string | null, label: string): Session {
  opened += 1;
  const button = { is_visible: false, is_active: true, is_progress_visible: false, text: label };
  return {
    kind,
    key: opened,
    address: url.origin + url.pathname + url.search,
    url: url.href,
    origin: url.origin,
    startapp,
    frame: { current: null },
    ready: signal(false),
    main: signal(button),
    secondary: signal(button),
    back: signal(false),
    settings: signal(false),
    asksBeforeClosing: signal(false),
    popup: signal(null),
    scanner: signal(null),
    share: signal(null),
    ground: signal({}),
  };
}

/** Sends the Mini App an event, encoded as Telegram's web clients do, and to the origin it was opened at only. */
export function emit(session: Session, eventType: string, eventData: object = {}): void {
  session.frame.current?.contentWindow?.postMessage(JSON.stringify({ eventType, eventData }), session.origin);
}

/** News the app did not ask for. Until it has loaded there is nobody to tell, and it asks for all of it then. */
export function announce(session: Session, eventType: string, eventData: object): void {
  if (session.ready.peek()) emit(session, eventType, eventData);
}
