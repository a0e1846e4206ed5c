// What a Mini App may ask Telegram to show: a popup, the QR scanner, the list of chats to share to.

import { useSignal } from '@preact/signals';
import { cast, info } from '../people';
import { app, phone } from '../text';
import * as world from '../world';
import { Sheet } from './Sheet';
import { emit, type Popup, type PopupButton, type Session, type Share } from './session';
import { destination, telegramPath } from './links';
import { attempt, hand, person, say } from './state';
import './Dialogs.css';

export function AppDialogs({ session }: { readonly session: Session }) {
  const { popup, scanner, share } = session;
  return (
    <>
      {popup.value && <PopupDialog popup={popup.value} />}
      {scanner.value !== null && <Scanner session={session} words={scanner.value} />}
      {share.value && <ShareSheet share={share.value} close={() => (share.value = null)} />}
    </>
  );
}

const LABELS: Readonly<Partial<Record<PopupButton['type'], string>>> = { ok: app.ok, close: app.popupClose, cancel: app.cancel };

export function PopupDialog({ popup }: { readonly popup: Popup }) {
  const buttons = popup.buttons.length > 0 ? popup.buttons : [{ id: '', type: 'close' as const, text: '' }];
  return (
    <Sheet kind="dialog" label={popup.title || popup.message} close={() => popup.closed(null)}>
      {popup.title && <h2>{popup.title}</h2>}
      <p class="popup-words">{popup.message}</p>
      <div class="row end">
        {buttons.map((button) => (
          <button key={button.id} type="button" class="btn text" data-type={button.type} onClick={() => popup.closed(button.id)}>
            {LABELS[button.type] ?? button.text}
          </button>
        ))}
      </div>
    </Sheet>
  );
}

function Scanner({ session, words }: { readonly session: Session; readonly words: string }) {
  const text = useSignal('');
  const close = () => {
    session.scanner.value = null;
    emit(session, 'scan_qr_popup_closed');
  };
  // The scanner stays until the app has heard a code it likes and closes it.
  const scan = (event: Event) => {
    event.preventDefault();
    if (text.value.trim()) emit(session, 'qr_text_received', { data: text.value.trim() });
  };
  return (
    <Sheet kind="sheet" label={app.scanTitle} close={close}>
      <h2>{app.scanTitle}</h2>
      <div class="viewfinder" aria-hidden="true"><i /></div>
      <p class="dim">{words || app.scanHint}</p>
      <form onSubmit={scan}>
        <textarea rows={3} aria-label={app.scanLabel} placeholder={app.scanHint} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        <div class="row">
          <button type="button" class="btn wide" onClick={close}>{app.cancel}</button>
          <button type="submit" class="btn strong wide" disabled={!text.value.trim()}>{app.scanUse}</button>
        </div>
      </form>
    </Sheet>
  );
}

function ShareSheet({ share, close }: { readonly share: Share; readonly close: () => void }) {
  const startapp = share.kind === 'link' ? startappOf(share.url) : null;
  const give = async (to: string) => {
    if (share.kind === 'prepared') share.sent(await attempt(() => world.share(person, to, share.id)));
    else if (startapp !== null) hand(to, startapp);
    close();
  };
  const leave = () => (share.kind === 'prepared' ? share.sent(false) : close());
  const toPeople = share.kind === 'prepared' || startapp !== null;
  return (
    <Sheet kind="sheet" label={app.shareTitle} close={leave}>
      <h2>{app.shareTitle}</h2>
      <p class="dim">{toPeople ? app.shareHint : app.shareAlone}</p>
      {toPeople && <Faces choose={(to) => void give(to)} />}
      {share.kind === 'link' && <CopyLink url={share.url} close={close} />}
    </Sheet>
  );
}

function Faces({ choose }: { readonly choose: (to: string) => void }) {
  return (
    <ul class="faces">
      {cast.value.filter((one) => one.person !== person).map((one) => (
        <li key={one.person}>
          <button type="button" onClick={() => choose(one.person)}>
            <span class="avatar" style={{ background: one.color }} aria-hidden="true">{one.name[0]}</span>
            {one.name}
          </button>
        </li>
      ))}
    </ul>
  );
}

function CopyLink({ url, close }: { readonly url: string; readonly close: () => void }) {
  const copy = async () => {
    await navigator.clipboard.writeText(url).catch(() => null);
    say(phone.copied);
    close();
  };
  return <button type="button" class="btn wide" onClick={() => void copy()}>{app.shareCopy}</button>;
}

/** What a shared link opens in our Mini App, when it is one of ours. */
function startappOf(url: string): string | null {
  const path = telegramPath(url);
  const where = path === null ? null : destination(path, info.value?.bot.username ?? '');
  return where?.to === 'app' ? where.startapp : null;
}
