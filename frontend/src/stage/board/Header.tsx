// Name, the chain's heartbeat in a word, who holds which phone, light or dark, and the way back to the beginning.

import { useRef } from 'preact/hooks';
import { grouped } from '../format';
import { Icon } from '../icons';
import { cast, info, member } from '../people';
import { stage } from '../text';
import { blocks, left, right, scheme, seat, startOver, wear, worldAway } from './state';
import './Header.css';

export function Header() {
  const dark = scheme.value === 'dark';
  return (
    <header class="top">
      <h1>{stage.name}</h1>
      <Pulse />
      <div class="top-tools">
        <Picker side="left" label={stage.leftPhone} />
        <Picker side="right" label={stage.rightPhone} />
        <button type="button" class="pill round" aria-label={dark ? stage.toLight : stage.toDark} onClick={() => wear(dark ? 'light' : 'dark')}>
          <Icon name={dark ? 'sun' : 'moon'} />
        </button>
        <StartOver />
      </div>
    </header>
  );
}

function Pulse() {
  const seqno = blocks.value.at(-1)?.seqno ?? info.value?.head.seqno ?? 0;
  const words = [stage.block(grouped(seqno)), stage.people(cast.value.length)];
  if (info.value?.shop) words.push(stage.shops(1));
  return (
    <p class="pill pulse" data-away={worldAway.value}>
      <i key={seqno} />
      {words.map((word) => <span key={word}>{word}</span>)}
    </p>
  );
}

function Picker({ side, label }: { readonly side: 'left' | 'right'; readonly label: string }) {
  const person = (side === 'left' ? left : right).value;
  return (
    <label class="pill picker">
      <i style={{ background: member(person)?.color }} />
      <select aria-label={label} value={person} onChange={(event) => seat(side, event.currentTarget.value)}>
        {cast.value.map((one) => <option key={one.person} value={one.person}>{one.name}</option>)}
      </select>
      <Icon name="down" />
    </label>
  );
}

function StartOver() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" class="pill start-over" aria-label={stage.startOver} onClick={() => dialog.current?.showModal()}>
        <Icon name="again" />
        <span>{stage.startOver}</span>
      </button>
      <dialog ref={dialog} class="ask" aria-labelledby="start-over">
        <h2 id="start-over">{stage.startOverTitle}</h2>
        <p>{stage.startOverBody}</p>
        <div class="row end">
          <button type="button" class="btn quiet" onClick={() => dialog.current?.close()}>{stage.cancel}</button>
          <button type="button" class="btn strong" onClick={() => void startOver().then(() => location.reload())}>{stage.startOverYes}</button>
        </div>
      </dialog>
    </>
  );
}
