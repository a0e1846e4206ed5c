// The frame of every screen: a heading that takes the focus on arrival, the content, and the actions at the bottom.
// Telegram draws the actions and Back itself; where it is not around, the page does.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { back, canGoBack } from '../router';
import { theme } from '../state/look';
import { online } from '../state/online';
import { telegram } from '../telegram';
import { text } from '../text';
import { Button, type Action } from './action';
import { Icon } from './icon';
import { mainButton, secondaryButton, type NativeButton } from './native';

interface ScreenProps {
  readonly title: string;
  /** The heading is for screen readers only, when the content already says it large. */
  readonly quietTitle?: boolean;
  readonly primary?: Action | null | undefined;
  readonly secondary?: Action | null | undefined;
  /** Fills the height, with the last child at the bottom. */
  readonly tall?: boolean;
  readonly children: ComponentChildren;
}

export function Screen({ title, quietTitle, primary, secondary, tall, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <main class={tall ? 'screen tall' : 'screen'}>
      {canGoBack.value && !telegram?.hosted && (
        <button type="button" class="back" onClick={back}>
          <Icon name="back" />
          {text.value.common.back}
        </button>
      )}
      {!online.value && <OfflineBanner />}
      <h1 ref={heading} tabIndex={-1} class={quietTitle ? 'hidden-visually' : 'title'}>
        {title}
      </h1>
      {children}
      <Actions primary={primary ?? null} secondary={secondary ?? null} />
    </main>
  );
}

function OfflineBanner() {
  return (
    <p class="banner" role="status">
      <Icon name="offline" />
      {text.value.common.offline}
    </p>
  );
}

interface ActionsProps {
  readonly primary: Action | null;
  readonly secondary: Action | null;
}

function Actions({ primary, secondary }: ActionsProps) {
  const native = telegram?.hosted === true;
  const nativeSecondary = native && telegram?.supports('7.10') === true;
  useNative(mainButton, native ? primary : null);
  useNative(secondaryButton, nativeSecondary ? secondary : null);
  const soft = nativeSecondary ? null : secondary;
  const strong = native ? null : primary;
  if (!soft && !strong) return null;
  return (
    <div class="actions">
      {soft && <Button action={soft} kind="soft" />}
      {strong && <Button action={strong} kind="primary" />}
    </div>
  );
}

function useNative(button: NativeButton, action: Action | null): void {
  const tokens = theme.value?.tokens;
  useEffect(() => {
    if (action) button(action);
  }, [action, tokens]);
  const needed = action !== null;
  useEffect(() => (needed ? () => button(null) : undefined), [needed]);
}
