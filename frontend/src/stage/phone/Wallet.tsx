// The wallet app as its owner sees it: what waits for a yes, what there is, and who is connected. Keys and signing live in the world.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { amount, hostOf, short } from '../format';
import { Icon } from '../icons';
import { wallet as text } from '../text';
import * as world from '../world';
import { Request } from './Request';
import { Sheet } from './Sheet';
import { attempt, myName, person, wallet, walletShown } from './state';
import './Wallet.css';

type Verdict = 'shared' | 'signed' | 'declined';

/** Long enough to read one word. */
const LINGER_MS = 1100;

export function WalletSheet() {
  const now = wallet.value;
  const verdict = useSignal<Verdict | null>(null);
  /** The request being answered stays in view until its answer is known, whatever the next poll says. */
  const held = useSignal<world.WalletRequest | null>(null);
  const settled = useSignal<string | null>(null);
  if (walletShown.value === 'no' || !now) return null;

  const request = held.value ?? now.requests.find((one) => one.id !== settled.value);
  const answer = async (asked: world.WalletRequest, how: 'approve' | 'decline') => {
    held.value = asked;
    if (await attempt(() => world.answer(person, asked.id, how))) {
      settled.value = asked.id;
      verdict.value = how === 'decline' ? 'declined' : asked.kind === 'connect' ? 'shared' : 'signed';
    }
    held.value = null;
  };
  const close = () => {
    walletShown.value = 'no';
    verdict.value = null;
  };
  // A wallet that came by itself leaves by itself.
  const move = () => (walletShown.value === 'summoned' ? close() : (verdict.value = null));
  return (
    <Sheet kind="sheet" label={text.title(myName())} close={close}>
      <Top wallet={now} close={close} />
      {request && <Request key={request.id} request={request} wallet={now} busy={held.value !== null} answer={(how) => void answer(request, how)} />}
      {!request && verdict.value && <Outcome verdict={verdict.value} done={move} />}
      {!request && !verdict.value && <Contents wallet={now} />}
    </Sheet>
  );
}

function Top({ wallet: { version }, close }: { readonly wallet: world.Wallet; readonly close: () => void }) {
  return (
    <header class="wallet-top">
      <h2>{text.title(myName())}</h2>
      <span class="tag">{text.kind(version)}</span>
      <button type="button" class="bare" aria-label={text.close} onClick={close}><Icon name="cross" /></button>
    </header>
  );
}

function Outcome({ verdict, done }: { readonly verdict: Verdict; readonly done: () => void }) {
  useEffect(() => {
    const timer = setTimeout(done, LINGER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p class="outcome" data-verdict={verdict} role="status">
      <i><Icon name={verdict === 'declined' ? 'cross' : 'check'} /></i>
      {text[verdict]}
    </p>
  );
}

function Contents({ wallet: now }: { readonly wallet: world.Wallet }) {
  return (
    <>
      <ul class="balances">
        {now.balances.map((balance) => (
          <li key={balance.asset}><b>{amount(balance.amount)}</b> {balance.asset}</li>
        ))}
      </ul>
      <Address address={now.address} />
      <div class="row">
        <Faucet label={text.faucetGram} amount="10" asset="GRAM" />
        <Faucet label={text.faucetUsdt} amount="50" asset="USDT" />
      </div>
      <Connections connections={now.connections} />
    </>
  );
}

function Address({ address }: { readonly address: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(address).catch(() => null);
    copied.value = true;
  };
  return (
    <p class="address">
      <code title={address}>{short(address)}</code>
      <button type="button" class="bare" aria-label={copied.value ? text.copied : text.copy} onClick={() => void copy()}>
        <Icon name={copied.value ? 'check' : 'copy'} />
      </button>
    </p>
  );
}

function Faucet({ label, amount: units, asset }: { readonly label: string; readonly amount: string; readonly asset: world.Asset }) {
  const busy = useSignal(false);
  const pour = async () => {
    busy.value = true;
    await attempt(() => world.faucet(person, units, asset));
    busy.value = false;
  };
  return (
    <button type="button" class="btn wide" disabled={busy.value} onClick={() => void pour()}>
      {label}
    </button>
  );
}

function Connections({ connections }: { readonly connections: readonly world.Connection[] }) {
  return (
    <section class="connections">
      <h3>{text.connections}</h3>
      {connections.length === 0 && <p class="dim">{text.noConnections}</p>}
      <ul>
        {connections.map((one) => (
          <li key={`${one.url} ${one.connected_at}`}>
            <span><b>{one.app}</b><small>{hostOf(one.url)}</small></span>
            <button type="button" class="btn text" data-type="destructive" onClick={() => void attempt(() => world.disconnect(person))}>{text.disconnect}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
