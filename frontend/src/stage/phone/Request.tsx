// What an app asks of the wallet, said so that a person can decide: who asks, what would move, until when.

import { useEffect, useState } from 'preact/hooks';
import { amount, countdown, hostOf, short } from '../format';
import { info, whose } from '../people';
import { wallet as text } from '../text';
import * as world from '../world';
import './Request.css';

interface RequestProps {
  readonly request: world.WalletRequest;
  readonly wallet: world.Wallet;
  readonly busy: boolean;
  readonly answer: (how: 'approve' | 'decline') => void;
}

export function Request({ request, wallet, busy, answer }: RequestProps) {
  const left = useSecondsLeft(request.valid_until ?? null);
  const expired = left !== null && left <= 0;
  const connects = request.kind === 'connect';
  const yes = connects ? (request.items?.includes('ton_proof') ? text.share : text.shareOnly) : text.approve;
  return (
    <section class="request">
      <Asker request={request} />
      {connects ? <Sharing request={request} address={wallet.address} /> : <Moving messages={request.messages ?? []} />}
      {left !== null && <p class="dim center" role="timer">{expired ? text.expired : text.validFor(countdown(left))}</p>}
      <div class="row">
        <button type="button" class="btn wide" disabled={busy} onClick={() => answer('decline')}>{text.decline}</button>
        <button type="button" class="btn strong wide" disabled={busy || expired} onClick={() => answer('approve')}>
          {busy ? text.approving : yes}
        </button>
      </div>
    </section>
  );
}

function Asker({ request: { app, kind } }: { readonly request: world.WalletRequest }) {
  return (
    <header class="asker">
      <span class="app-icon" aria-hidden="true">
        {app.name[0]}
        <img src={app.icon} alt="" onError={(event) => event.currentTarget.remove()} />
      </span>
      <h3>{kind === 'connect' ? text.connectTitle(app.name) : text.payTitle(app.name)}</h3>
      <p class="dim">{hostOf(app.url)}</p>
    </header>
  );
}

function Sharing({ request, address }: { readonly request: world.WalletRequest; readonly address: string }) {
  return (
    <ul class="promises">
      <li>{text.seesAddress} <code>{short(address)}</code></li>
      {request.items?.includes('ton_proof') && <li>{text.signsIn}</li>}
      <li>{text.cannotSpend}</li>
    </ul>
  );
}

function Moving({ messages }: { readonly messages: readonly world.Transfer[] }) {
  const attached = messages.find((message) => message.attached)?.attached;
  return (
    <>
      <ul class="moving">
        {messages.map((message, at) => (
          <li key={at}>
            <b>{amount(message.amount)} <small>{message.asset}</small></b>
            <span title={message.to}>{text.pays(message.name ?? whose(message.to))}</span>
            {message.operation && <span class="dim">{text.calls(message.operation)}</span>}
            {message.comment && <span class="dim">{text.comment(message.comment)}</span>}
          </li>
        ))}
      </ul>
      <p class="dim center">{attached ? text.feeAttached(amount(attached)) : text.fee}</p>
    </>
  );
}

/** Counts down on the chain's clock, which may run ahead of ours. */
function useSecondsLeft(until: number | null): number | null {
  const [now, setNow] = useState(() => Date.now() / 1000);
  const [ahead, setAhead] = useState(0);
  useEffect(() => {
    if (until === null) return;
    void world.info().then((fresh) => {
      info.value = fresh;
      setAhead(fresh.head.time - Date.now() / 1000);
    }, () => null);
    const timer = setInterval(() => setNow(Date.now() / 1000), 500);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? null : Math.ceil(until - now - ahead);
}
