// The chat with the bot, as a messenger shows it.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clock } from '../format';
import { Icon } from '../icons';
import { member, nameOf } from '../people';
import { phone } from '../text';
import * as world from '../world';
import { Markup } from './Markup';
import { alert, attempt, away, chat, follows, myName, openApp, person, say, session, wallet, walletShown } from './state';
import './bar.css';
import './Chat.css';

export function ChatScreen() {
  return (
    <div class="messenger" inert={session.value !== null}>
      <Bar />
      <Messages />
      <Composer />
    </div>
  );
}

function Bar() {
  const waiting = (wallet.value?.requests.length ?? 0) > 0;
  return (
    <header class="bar">
      <span class="avatar" aria-hidden="true">{phone.bot[0]}</span>
      <div class="bar-words">
        <h1>{phone.bot}</h1>
        <p role="status"><i class="owner" style={{ background: member(person)?.color }} />{away.value ? phone.away : phone.status(myName())}</p>
      </div>
      <button type="button" class="bare wallet-button" data-waiting={waiting} aria-label={waiting ? phone.walletWaiting : phone.wallet} onClick={() => (walletShown.value = 'yes')}>
        <Icon name="wallet" />
      </button>
      <More />
    </header>
  );
}

function More() {
  const open = useSignal(false);
  const blocked = chat.value?.blocked ?? false;
  const toggle = () => {
    open.value = false;
    void attempt(() => (blocked ? world.unblock(person) : world.block(person)));
  };
  return (
    <div class="more">
      <button type="button" class="bare" aria-label={phone.more} aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        <Icon name="more" />
      </button>
      {open.value && <button type="button" class="menu-item" onClick={toggle}>{blocked ? phone.unblock : phone.blockBot}</button>}
    </div>
  );
}

function Messages() {
  const end = useRef<HTMLDivElement>(null);
  const messages = chat.value?.messages ?? [];
  const newest = messages.at(-1)?.id;
  useEffect(() => end.current?.scrollIntoView({ block: 'end' }), [newest]);
  return (
    <div class="messages" role="log" aria-label={phone.chat} tabIndex={0}>
      {chat.value && messages.length === 0 && <p class="hello"><b>{phone.empty}</b>{phone.emptyHint}</p>}
      {messages.map((message) =>
        message.service ? <p key={message.id} class="service">{message.text}</p> : <Bubble key={message.id} message={message} />,
      )}
      <div ref={end} />
    </div>
  );
}

function Bubble({ message }: { readonly message: world.Message }) {
  const at = new Date(message.at * 1000);
  let position = 0;
  return (
    <article class="said" data-from={message.from}>
      <div class="bubble">
        {message.photo && <img src={message.photo} alt="" />}
        {message.via && message.from === 'bot' && <p class="via">{phone.via(nameOf(message.via))}</p>}
        {message.from === 'bot' ? <Markup html={message.html} /> : message.text}
        <time dateTime={at.toISOString()}>{message.edited && `${phone.edited} `}{clock(at)}</time>
      </div>
      {message.buttons.map((row, index) => (
        <div class="keys" key={index}>
          {row.map((button) => <Key key={position} message={message.id} position={position++} button={button} />)}
        </div>
      ))}
    </article>
  );
}

interface KeyProps {
  readonly message: number;
  readonly position: number;
  readonly button: world.ChatButton;
}

function Key({ message, position, button }: KeyProps) {
  const waiting = useSignal(false);
  const press = async () => {
    waiting.value = true;
    if (button.web_app) await openApp({ url: button.web_app });
    else if (button.url) follows(button.url);
    else if (button.copy_text) await copy(button.copy_text);
    else await attempt(async () => heard(await world.tap(person, message, position)));
    waiting.value = false;
  };
  return (
    <button type="button" class="key" data-waiting={waiting.value} onClick={() => void press()}>
      {button.text}
      {button.url && <Icon name="out" />}
    </button>
  );
}

function heard({ kind, text, show_alert: alerts, url }: world.Tapped): void {
  if (kind === 'inline_query') say(phone.inline);
  else if (kind === 'unanswered') say(phone.unanswered);
  else if (url) follows(url);
  else if (text && alerts) alert.value = text;
  else if (text) say(text);
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).catch(() => null);
  say(phone.copied);
}

function Composer() {
  const draft = useSignal('');
  const now = chat.value;
  if (!now) return <footer class="composer" />;
  if (now.blocked) return <BigKey label={phone.unblock} act={() => world.unblock(person)} />;
  if (now.messages.length === 0) return <BigKey label={phone.start} act={() => world.start(person)} />;
  const send = async (event: Event) => {
    event.preventDefault();
    const text = draft.value.trim();
    draft.value = '';
    if (text && !(await attempt(() => world.say(person, text)))) draft.value = text;
  };
  return (
    <form class="composer" onSubmit={(event) => void send(event)}>
      <button type="button" class="menu" onClick={() => void openApp(now.menu_button ? { url: now.menu_button.web_app_url } : {})}>
        {now.menu_button?.text ?? phone.openApp}
      </button>
      <input value={draft.value} onInput={(event) => (draft.value = event.currentTarget.value)} placeholder={phone.message} aria-label={phone.message} autocomplete="off" enterkeyhint="send" />
      {draft.value && <button type="submit" class="bare send" aria-label={phone.send}><Icon name="send" /></button>}
    </form>
  );
}

function BigKey({ label, act }: { readonly label: string; readonly act: () => Promise<unknown> }) {
  return (
    <footer class="composer">
      <button type="button" class="start" onClick={() => void attempt(act)}>{label}</button>
    </footer>
  );
}
