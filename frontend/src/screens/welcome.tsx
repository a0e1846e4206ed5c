// The first run: one sentence, one button.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { push } from '../router';
import { asProblem } from '../state/loaded';
import { look } from '../state/look';
import { current } from '../state/session';
import { linkNewWallet } from '../state/signing';
import { telegram } from '../telegram';
import { text } from '../text';
import { WalletError, warmUp } from '../wallet';
import { Failure, Notice } from '../ui/notice';
import { Screen } from '../ui/screen';
import { SandboxPill } from '../ui/pill';
import { WalletTrouble } from './wallet-trouble';

type State = 'idle' | 'busy' | 'declined' | Problem | WalletError;

export function Welcome() {
  const t = text.value.welcome;
  const { info, me } = current();
  const [state, setState] = useState<State>('idle');
  useEffect(() => warmUp(info, look()), []);

  const connect = async () => {
    setState('busy');
    try {
      await linkNewWallet();
      telegram?.haptic('success');
    } catch (error) {
      if (!(error instanceof WalletError)) setState(asProblem(error));
      else setState(error.failure === 'closed' || error.failure === 'declined' ? 'declined' : error);
    }
  };

  return (
    <Screen
      title={t.greeting(me.first_name)}
      quietTitle
      tall
      primary={{ label: state === 'busy' ? t.connecting : t.connect, run: () => void connect(), busy: state === 'busy' }}
    >
      <div class="welcome">
        <p class="welcome-greeting">
          {t.greeting(me.first_name)}
          {info.sandbox && <SandboxPill />}
        </p>
        <p class="welcome-sentence">{t.title}</p>
        <p class="quiet">{t.body}</p>
        <button type="button" class="link" onClick={() => push({ name: 'how' })}>
          {t.how}
        </button>
      </div>
      {state === 'declined' && (
        <Notice tone="info" title={t.declinedTitle}>
          {t.declined}
        </Notice>
      )}
      {state instanceof WalletError && <WalletTrouble failure={state.failure} />}
      {typeof state === 'object' && !(state instanceof WalletError) && <Failure problem={state} />}
    </Screen>
  );
}
