// The Mini App over the chat, or a page in the browser: its frame, the bar above it, and the buttons Telegram draws below it.

import { useEffect } from 'preact/hooks';
import { hostOf } from '../format';
import { Icon } from '../icons';
import { app, phone } from '../text';
import { AppDialogs } from './Dialogs';
import { serve, type Surroundings } from './host';
import { announce, emit, type BottomButton, type Session } from './session';
import { askToWrite, closeApp, follows, haptic, leaveApp, myName, openApp, openPage, openTelegram, scheme, starsAsked } from './state';
import './bar.css';
import './MiniApp.css';

export function MiniApp({ session }: { readonly session: Session }) {
  useEffect(() => {
    const around = surroundings(session);
    const listener = (event: MessageEvent<unknown>) => {
      if (event.source === session.frame.current?.contentWindow && event.origin === session.origin) serve(session, event.data, around);
    };
    addEventListener('message', listener);
    return () => removeEventListener('message', listener);
  }, [session]);

  useEffect(() => {
    const frame = session.frame.current;
    if (!frame) return;
    const watcher = new ResizeObserver(() => announce(session, 'viewport_changed', { ...sizeOf(session), is_expanded: true, is_state_stable: true }));
    watcher.observe(frame);
    return () => watcher.disconnect();
  }, [session]);

  const name = session.kind === 'app' ? app.frame : app.page;
  return (
    <section class="mini-app" aria-label={name}>
      <AppBar session={session} />
      <div class="mini-frame">
        {!session.ready.value && <p class="opening" role="status">{app.opening}</p>}
        <iframe
          ref={session.frame}
          title={name}
          src={session.url}
          allow="clipboard-read; clipboard-write"
          data-ready={session.ready.value}
          onLoad={() => (session.ready.value = true)}
        />
      </div>
      <BottomBar session={session} />
      <AppDialogs session={session} />
    </section>
  );
}

function surroundings(session: Session): Surroundings {
  return {
    scheme: () => scheme.peek(),
    viewport: () => sizeOf(session),
    close: closeApp,
    openLink: follows,
    openTelegram,
    haptic,
    mayWrite: askToWrite,
    pay: (slug) => new Promise((closed) => (starsAsked.value = { slug, closed })),
  };
}

function sizeOf(session: Session): { width: number; height: number } {
  const frame = session.frame.current;
  return { width: frame?.clientWidth ?? 0, height: frame?.clientHeight ?? 0 };
}

function AppBar({ session }: { readonly session: Session }) {
  const back = session.back.value;
  const isApp = session.kind === 'app';
  const reload = () => (isApp ? void openApp({ startapp: session.startapp, url: session.address }) : openPage(session.address));
  const goBack = () => (back ? emit(session, 'back_button_pressed') : leaveApp());
  return (
    <header class="bar app-bar" style={{ background: session.ground.value.header }}>
      <button type="button" class="bare" aria-label={back ? app.back : app.close} onClick={goBack}>
        <Icon name={back ? 'back' : 'cross'} />
      </button>
      <div class="bar-words">
        <h1>{isApp ? phone.bot : hostOf(session.address)}</h1>
        <p>{isApp ? phone.appStatus(myName()) : phone.pageStatus(myName())}</p>
      </div>
      <div class="app-tools">
        {session.settings.value && (
          <button type="button" class="bare" aria-label={app.settings} onClick={() => emit(session, 'settings_button_pressed')}><Icon name="settings" /></button>
        )}
        <button type="button" class="bare" aria-label={app.reload} onClick={reload}><Icon name="reload" /></button>
        {back && <button type="button" class="bare" aria-label={app.close} onClick={leaveApp}><Icon name="cross" /></button>}
      </div>
    </header>
  );
}

function BottomBar({ session }: { readonly session: Session }) {
  const [main, secondary] = [session.main.value, session.secondary.value];
  if (!main.is_visible && !secondary.is_visible) return null;
  return (
    <footer class="bottom-bar" style={{ background: session.ground.value.bottom }}>
      {secondary.is_visible && <Native kind="secondary" button={secondary} press={() => emit(session, 'secondary_button_pressed')} />}
      {main.is_visible && <Native kind="main" button={main} press={() => emit(session, 'main_button_pressed')} />}
    </footer>
  );
}

interface NativeProps {
  readonly kind: 'main' | 'secondary';
  readonly button: BottomButton;
  readonly press: () => void;
}

function Native({ kind, button, press }: NativeProps) {
  return (
    <button
      type="button"
      class={`native ${kind}`}
      disabled={!button.is_active || button.is_progress_visible}
      aria-busy={button.is_progress_visible}
      style={{ background: button.color, color: button.text_color }}
      onClick={press}
    >
      {button.text}
      {button.is_progress_visible && <i class="spinner" />}
    </button>
  );
}
