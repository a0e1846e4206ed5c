// One phone on the stage: a frame around a page that lives on the person's own origin, and the ear for what it says.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { as } from '../origins';
import { nameOf } from '../people';
import { hear, tell, type ToPhone, type ToStage } from '../talk';
import { stage } from '../text';
import { left, right, scheme, seat, tab } from './state';
import './Phone.css';

const frames = new Map<string, HTMLIFrameElement>();

/** Something for a phone to open. Whoever has no phone in view takes the right one. */
export function handTo(person: string, word: Exclude<ToPhone, { remit: 'scheme' }>): void {
  const side = left.value === person ? 'left' : 'right';
  tab.value = side;
  const frame = frames.get(person);
  if (frame) return tell(frame.contentWindow, as(person, location.href).origin, word);
  waiting.set(person, word);
  seat(side, person);
}

/** For phones that are about to appear. */
const waiting = new Map<string, ToPhone>();

export function Phone({ side }: { readonly side: 'left' | 'right' }) {
  const person = (side === 'left' ? left : right).value;
  const shaking = useSignal<'light' | 'strong' | null>(null);
  return (
    <section class="phone" data-side={side} data-shaking={shaking.value} onAnimationEnd={() => (shaking.value = null)}>
      <Screen key={person} person={person} shake={(strength) => (shaking.value = strength)} />
    </section>
  );
}

function Screen({ person, shake }: { readonly person: string; readonly shake: (strength: 'light' | 'strong') => void }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const address = useRef(addressOf(person));
  const origin = address.current.origin;

  useEffect(() => {
    const mine = frame.current;
    if (!mine) return;
    frames.set(person, mine);
    const deaf = hear<ToStage>(
      (event) => event.source === mine.contentWindow && event.origin === origin,
      (word) => (word.remit === 'haptic' ? shake(word.strength) : handTo(word.person, { remit: 'open', startapp: word.startapp })),
    );
    return () => {
      deaf();
      frames.delete(person);
    };
  }, []);

  // A phone that is still loading has its scheme in its address, and hears of a change as soon as it is there.
  const loaded = useRef(false);
  const worn = scheme.value;
  const dress = () => loaded.current && tell(frame.current?.contentWindow, origin, { remit: 'scheme', scheme: scheme.peek() });
  useEffect(() => void dress(), [worn]);
  const arrived = () => {
    loaded.current = true;
    dress();
    const word = waiting.get(person);
    if (word) tell(frame.current?.contentWindow, origin, word);
    waiting.delete(person);
  };

  return (
    <iframe ref={frame} title={stage.phoneOf(nameOf(person))} src={address.current.href} allow="clipboard-read; clipboard-write" onLoad={arrived} />
  );
}

function addressOf(person: string): URL {
  const url = as(person, new URL('/phone', location.href));
  url.searchParams.set('person', person);
  url.searchParams.set('theme', scheme.peek());
  return url;
}
