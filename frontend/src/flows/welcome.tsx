// The first run: one sentence, one button.
import { useEffect, useState } from 'preact/hooks';
import { useAgain } from '../api/again';
import { Problem } from '../api/client';
import { asProblem, isHere } from '../api/loaded';
import { look } from '../base/look';
import { telegram } from '../base/telegram';
import { Failure, Notice } from '../parts/notice';
import { SandboxPill } from '../parts/pill';
import { Screen } from '../parts/screen';
import { push } from '../router';
import { current, stores } from './session';
import { linkNewWallet } from './sign';
import { WalletError, warmUp } from './wallet';
import { WalletTrouble } from './wallet-trouble';
import { welcomeText } from './welcome.words';
import './welcome.css';

type State = 'idle' | 'busy' | 'declined' | Problem | WalletError;

export function Welcome() {
  const t = welcomeText.value;
  const { info, me } = current();
  const { state, connect } = useConnect();
  useEffect(() => warmUp(info, look()), []);
  const busy = state === 'busy';
  return (
    <Screen title={t.greeting(me.first_name)} quietTitle tall primary={{ label: busy ? t.connecting : t.connect, run: () => void connect(), busy }}>
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
        <ToStores />
      </div>
      <Outcome state={state} />
    </Screen>
  );
}

/** Whoever works in a store needs no wallet of their own for that. */
function ToStores() {
  useEffect(() => void stores.refresh(), []);
  useAgain(stores);
  const state = stores.state.value;
  if (!isHere(state) || state.ok.data.length === 0) return null;
  return (
    <button type="button" class="link" onClick={() => push({ name: 'stores' })}>
      {welcomeText.value.stores}
    </button>
  );
}

function useConnect() {
  const [state, setState] = useState<State>('idle');
  const connect = async () => {
    setState('busy');
    try {
      await linkNewWallet();
      telegram?.haptic('success');
    } catch (error) {
      setState(stateAfter(error));
    }
  };
  return { state, connect };
}

/** Closing the wallet or saying no there is a choice, not an error. */
function stateAfter(error: unknown): State {
  if (!(error instanceof WalletError)) return asProblem(error);
  return error.failure === 'closed' || error.failure === 'declined' ? 'declined' : error;
}

function Outcome({ state }: { state: State }) {
  const t = welcomeText.value;
  if (state === 'declined') return <Notice tone="info" title={t.declinedTitle}>{t.declined}</Notice>;
  if (state instanceof WalletError) return <WalletTrouble failure={state.failure} />;
  return state instanceof Problem ? <Failure problem={state} /> : null;
}
