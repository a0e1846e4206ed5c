// The frame of every screen: a heading that takes the focus on arrival, the content, and the actions at the bottom.
// Telegram draws the actions and Back itself; where it is not around, the page does.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../api/client';
import { signedOut } from '../api/remit';
import { theme } from '../base/look';
import { online } from '../base/online';
import { telegram } from '../base/telegram';
import { text } from '../base/text';
import { back, canGoBack } from '../router';
import { Button, type Action } from './action';
import { Icon } from './icon';
import { mainButton, secondaryButton, type NativeButton } from './native';
import { Notice } from './notice';
import { explain } from './problems';
import './screen.css';

export interface ScreenProps {
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
      {signedOut.value && <SignedOut why={signedOut.value} />}
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

/** Whatever this screen shows is no longer kept up to date, and cannot be until the app is opened anew. */
function SignedOut({ why }: { why: Problem }) {
  const { happened, advice } = explain(why, text.value);
  return (
    <Notice tone="bad" title={happened} action={{ label: text.value.session.close, run: () => telegram?.close() }}>
      {text.value.session.still} {advice}
    </Notice>
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
