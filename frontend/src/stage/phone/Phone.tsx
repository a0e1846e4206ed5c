// The screen of a phone, from the back to the front: chat, Mini App, wallet, passing notices.

import { useEffect, useRef } from 'preact/hooks';
import { info, member } from '../people';
import { app, phone } from '../text';
import { ChatScreen } from './Chat';
import { PopupDialog } from './Dialogs';
import { MiniApp } from './MiniApp';
import { StarsSheet } from './Stars';
import { alert, banner, closeApp, person, session, toast } from './state';
import { WalletSheet } from './Wallet';
import './Phone.css';

const TOAST_MS = 4000;

export function Phone() {
  if (!info.value) return <div class="screen" />;
  if (!member(person)) return <div class="screen"><p class="hello" role="alert">{phone.unknownPerson(person)}</p></div>;
  return (
    <div class="screen">
      <ChatScreen />
      {session.value && <MiniApp key={session.value.key} session={session.value} />}
      <Notices />
      {alert.value !== null && <Alert words={alert.value} />}
      <WalletSheet />
      <StarsSheet />
    </div>
  );
}

function Alert({ words }: { readonly words: string }) {
  const popup = { title: '', message: words, buttons: [{ id: 'ok', type: 'ok' as const, text: app.ok }], closed: () => (alert.value = null) };
  return <PopupDialog popup={popup} />;
}

function Notices() {
  const passing = toast.value ?? banner.value;
  useEffect(() => {
    if (passing === null) return;
    const timer = setTimeout(() => (toast.value = banner.value = null), TOAST_MS);
    return () => clearTimeout(timer);
  }, [passing]);
  return (
    <>
      {banner.value && (
        <button type="button" class="banner" aria-label={phone.newMessage} onClick={closeApp}>
          <span class="avatar" aria-hidden="true">{phone.bot[0]}</span>
          <span><b>{phone.bot}</b><small>{banner.value.text}</small></span>
        </button>
      )}
      {toast.value !== null && <Toast words={toast.value} />}
    </>
  );
}

/** A popover, so that it shows above a sheet. */
function Toast({ words }: { readonly words: string }) {
  const element = useRef<HTMLParagraphElement>(null);
  useEffect(() => element.current?.showPopover(), []);
  return <p ref={element} class="toast" role="alert" popover="manual">{words}</p>;
}
