// Telegram's own bottom buttons. They outlive screens: the next screen's button replaces the last one's without a blink.
import { theme } from '../base/look';
import { telegram, type ButtonPatch } from '../base/telegram';
import type { Action } from './action';

/** Longer than one screen needs to hand over to the next, shorter than the eye. */
const HANDOVER_MS = 80;

export type NativeButton = (action: Action | null) => void;

export const mainButton = nativeButton('main_button_pressed', (patch) => telegram?.mainButton(patch), () => {
  const tokens = theme.peek()?.tokens;
  return tokens ? { color: tokens.btn, text_color: tokens['btn-text'] } : {};
});

export const secondaryButton = nativeButton('secondary_button_pressed', (patch) => telegram?.secondaryButton(patch), () => {
  const tokens = theme.peek()?.tokens;
  return { position: 'left', ...(tokens && { color: tokens['tint-page'], text_color: tokens.accent }) };
});

function nativeButton(
  event: 'main_button_pressed' | 'secondary_button_pressed', show: (patch: ButtonPatch) => void, colours: () => ButtonPatch,
): NativeButton {
  let current: Action | null = null;
  let shown = '';
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const send = (patch: ButtonPatch) => {
    const text = JSON.stringify(patch);
    if (text !== shown) show(patch);
    shown = text;
  };

  telegram?.on(event, () => {
    if (!current || current.disabled || current.busy) return;
    telegram?.haptic('tap');
    current.run();
  });

  return (action) => {
    clearTimeout(hiding);
    current = action;
    if (!action) {
      hiding = setTimeout(() => send({ is_visible: false }), HANDOVER_MS);
      return;
    }
    const { label, disabled = false, busy = false } = action;
    send({ is_visible: true, text: label, is_active: !disabled && !busy, is_progress_visible: busy, ...colours() });
  };
}
