// The Mini App's entry. Telegram's launch parameters are read (by importing telegram.ts) before anything else runs.
import { telegram, type Insets } from './base/telegram';
import './base/theme.css';
import './base/layout.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app';
import { watchTheme } from './base/look';
import { read, write } from './base/storage';
import { session } from './flows/session';
import { back, canGoBack, push, restore, route, routeOf, save, stack } from './router';

/** A stack belongs to one launch: opening the app anew starts at its own link. */
const memory = () => `remit.stack.${telegram?.launch.initData.slice(-32) ?? ''}`;

function start(): void {
  watchTheme();
  if (telegram) {
    openFirstScreen(telegram.launch.startParam);
    telegram.on('back_button_pressed', back);
    telegram.on('settings_button_pressed', () => route.peek().name !== 'settings' && push({ name: 'settings' }));
    telegram.on('viewport_changed', ({ height, is_state_stable }) => {
      if (is_state_stable) document.documentElement.style.setProperty('--height', `${height}px`);
    });
    telegram.on('safe_area_changed', (insets) => setInsets('--safe', insets));
    telegram.on('content_safe_area_changed', (insets) => setInsets('--content-safe', insets));
    effect(() => telegram?.backButton(canGoBack.value));
    telegram.settingsButton(true);
    void session.refresh();
  }
  const root = document.getElementById('app');
  if (root) render(<App />, root);
  telegram?.ready();
}

function openFirstScreen(startParam: string | null): void {
  const remembered = restore(read(memory()));
  const asked = routeOf(startParam);
  if (remembered) stack.value = remembered;
  else if (asked) push(asked);
  effect(() => write(memory(), save(stack.value)));
}

function setInsets(prefix: string, insets: Partial<Insets>): void {
  for (const side of ['top', 'bottom', 'left', 'right'] as const) {
    document.documentElement.style.setProperty(`${prefix}-${side}`, `${insets[side] ?? 0}px`);
  }
}

start();
