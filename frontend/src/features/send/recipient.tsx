// To whom: one field that takes a name, an address or a link, and says at once who that is.
import { useEffect, useRef, useState } from 'preact/hooks';
import { isAbort, pause } from '../../api/client';
import { asProblem, isHere, type Loaded } from '../../api/loaded';
import { isRefusal } from '../../api/remit';
import type { Party, Recipient } from '../../api/types';
import { shorten } from '../../base/address';
import { time } from '../../base/clock';
import { telegram } from '../../base/telegram';
import { text } from '../../base/text';
import { asset, figureText, memo, note, recipient, renewIntention, typed } from '../../flows/draft';
import { current, recent } from '../../flows/session';
import { Avatar } from '../../parts/avatar';
import { Card, Row, Section } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Failure, Notice, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land, push } from '../../router';
import { bare, readTarget, type Target } from './links';
import { findRecipient, type RecipientWarning } from './verbs';
import { sendText } from './words';
import '../../parts/field.css';

const DEBOUNCE_MS = 250;

export function RecipientScreen() {
  const t = sendText.value.recipient;
  const target = readTarget(typed.value, current().info);
  const { found, again } = useRecipient(target?.kind === 'ask' ? target.query : '');
  const ready = found && isHere(found) ? found.ok : null;
  const go = () => {
    if (target?.kind === 'open') return land(target.route);
    if (!ready) return undefined;
    if (ready.asks || ready.address !== recipient.value?.address) start(ready);
    else recipient.value = ready;
    return push({ name: 'amount' });
  };
  const opens = target?.kind === 'open';
  return (
    <Screen title={t.title} primary={{ label: opens ? sendText.value.openIt : t.continue, run: go, disabled: !opens && ready === null }}>
      <RecipientField onSubmit={go} />
      {target && target.kind !== 'ask' ? <Read target={target} /> : found === null ? <Recents /> : <Found found={found} again={again} />}
    </Screen>
  );
}

interface Looking {
  /** Null while there is nothing to look up. */
  readonly found: Loaded<Recipient> | null;
  readonly again: () => void;
}

/** Looks up what was typed, once the typing pauses. */
function useRecipient(query: string): Looking {
  const [found, setFound] = useState<{ query: string; state: Loaded<Recipient> } | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!isWorthAsking(query)) return;
    const stop = new AbortController();
    void lookUp(query, stop.signal).then((state) => state && setFound({ query, state }));
    return () => stop.abort();
  }, [query, tries]);
  const again = () => {
    setFound(null);
    setTries(tries + 1);
  };
  const state = found?.query === query ? found.state : 'loading';
  return { found: isWorthAsking(query) ? state : null, again };
}

/** A lone @ or two letters find nobody. */
function isWorthAsking(query: string): boolean {
  return query.replace(/^@/, '').length >= 3;
}

async function lookUp(query: string, signal: AbortSignal): Promise<Loaded<Recipient> | null> {
  try {
    await pause(DEBOUNCE_MS, signal);
    return { ok: await findRecipient(query, signal), at: time(), stale: null };
  } catch (error) {
    return isAbort(error) ? null : { problem: asProblem(error) };
  }
}

/** Somebody new is to be paid. A payment link brings what it asks for along. */
function start(to: Recipient): void {
  const { asks } = to;
  recipient.value = to;
  note.value = '';
  memo.value = asks?.memo ?? '';
  if (asks?.asset) {
    asset.value = asks.asset;
    figureText.value = asks.money?.amount ?? '';
  }
  renewIntention();
}

/** What needs no looking up: something of this service, or something that cannot be paid here. */
function Read({ target }: { target: Exclude<Target, { kind: 'ask' }> }) {
  const t = sendText.value;
  if (target.kind === 'open') return <Notice tone="info" title={t.ours}>{t.oursBody}</Notice>;
  const { title, body } = t.refused[target.why](target.what);
  return <Notice tone="warn" title={title}>{body}</Notice>;
}

function RecipientField({ onSubmit }: { onSubmit: () => void }) {
  const t = sendText.value.recipient;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const scan = async () => {
    const code = await telegram?.scan(t.scanPrompt);
    if (code) typed.value = bare(code);
  };
  return (
    <form
      class="card search"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <label>
        <span class="hidden-visually">{t.field}</span>
        <input
          ref={input} type="text" inputMode="text" enterkeyhint="next" autocomplete="off" autocapitalize="none" spellcheck={false}
          dir="ltr" placeholder={t.placeholder} value={typed.value} maxLength={512} aria-describedby="recipient-hint"
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </label>
      {typed.value !== '' && (
        <button type="button" class="icon-button" aria-label={text.value.common.clear} onClick={() => { typed.value = ''; input.current?.focus(); }}>
          <Icon name="cross" />
        </button>
      )}
      {typed.value === '' && telegram?.canScan && (
        <button type="button" class="icon-button" aria-label={t.scan} onClick={() => void scan()}>
          <Icon name="scan" />
        </button>
      )}
      <p id="recipient-hint" class="hidden-visually">{t.hint}</p>
    </form>
  );
}

function Found({ found, again }: { found: Loaded<Recipient>; again: () => void }) {
  if (found === 'loading') return <Card><Skeleton rows={1} /></Card>;
  if (!isHere(found)) return <Failure problem={found.problem} retry={isRefusal(found.problem) ? undefined : again} />;
  const { ok } = found;
  return (
    <div class="stack" aria-live="polite">
      <Card>
        <RecipientRow recipient={ok} />
      </Card>
      <Warnings of={ok} />
    </div>
  );
}

export function Warnings({ of: { warnings, exchange } }: { of: Recipient }) {
  const t = sendText.value;
  const seen = (warning: RecipientWarning) => (warning === 'maybe_exchange' && exchange ? t.exchange(exchange) : t.warnings[warning]);
  return (
    <>
      {warnings.map((warning) => (
        <Notice key={warning} tone={warning === 'contract' ? 'bad' : warning === 'first_payment' ? 'info' : 'warn'} title={seen(warning).title}>
          {seen(warning).body}
        </Notice>
      ))}
    </>
  );
}

interface RecipientRowProps {
  readonly recipient: Recipient;
  readonly onChange?: () => void;
}

export function RecipientRow({ recipient: to, onChange }: RecipientRowProps) {
  const person = to.kind === 'person';
  const handle = to.username ? `@${to.username} · ` : '';
  return (
    <Row
      lead={<Avatar name={to.name} icon={person ? undefined : 'wallet'} />}
      title={person ? to.name : sendText.value.recipient.wallet}
      detail={<bdi dir="ltr">{handle + shorten(to.address)}</bdi>}
      {...(onChange && { onPress: onChange, trail: <span class="link">{sendText.value.amount.change}</span> })}
    />
  );
}

/** People and addresses paid lately, each once. */
function Recents() {
  const t = sendText.value.recipient;
  const state = recent.state.value;
  const parties = new Map<string, Party>();
  for (const payment of isHere(state) ? state.ok.data : []) {
    const handle = handleOf(payment.to);
    if (payment.direction === 'out' && payment.purpose.kind === 'send' && handle) parties.set(handle, payment.to);
  }
  if (parties.size === 0) return <p class="fine">{t.hint}</p>;
  return (
    <Section title={t.recent}>
      {[...parties].slice(0, 6).map(([handle, party]) => (
        <Row
          key={handle}
          lead={<Avatar name={party.name} icon={party.kind === 'address' ? 'wallet' : undefined} />}
          title={party.kind === 'address' ? t.wallet : party.name}
          detail={<bdi dir="ltr">{shorten(handle)}</bdi>}
          onPress={() => (typed.value = handle)}
        />
      ))}
    </Section>
  );
}

function handleOf(party: Party): string | null {
  return party.username ? `@${party.username}` : party.address;
}
