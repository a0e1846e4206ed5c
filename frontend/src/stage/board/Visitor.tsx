// Links that lead to the stage from outside: a deep link into the Mini App, or a page that asks for a wallet.
// Telegram or the phone would know whose they are; here one is asked.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cast } from '../people';
import { stage } from '../text';
import * as world from '../world';
import { handTo } from './Phone';
import { left, right, seat, tab } from './state';
import './Visitor.css';

type Errand = { readonly kind: 'link'; readonly startapp: string } | { readonly kind: 'wallet'; readonly query: string };

/** A TON Connect link carries its version, the app's key and the request. */
export function errandOf(search: string): Errand | null {
  const query = new URLSearchParams(search);
  if (query.has('v') && query.has('id') && query.has('r')) return { kind: 'wallet', query: query.toString() };
  const startapp = query.get('startapp');
  return startapp ? { kind: 'link', startapp } : null;
}

export function Visitor() {
  const errand = useSignal(errandOf(location.search));
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    history.replaceState(null, '', location.pathname);
  }, []);
  const now = errand.value;
  if (!now) return null;
  const choose = (person: string) => {
    errand.value = null;
    run(now, person);
  };
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="whose" onClose={() => (errand.value = null)}>
      <h2 id="whose">{stage.whose[now.kind]}</h2>
      <p>{stage.whoseHint[now.kind]}</p>
      <ul class="faces">
        {cast.value.map((one) => (
          <li key={one.person}>
            <button type="button" onClick={() => choose(one.person)}>
              <span class="avatar" style={{ background: one.color }} aria-hidden="true">{one.name[0]}</span>
              {one.name}
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

function run(errand: Errand, person: string): void {
  if (errand.kind === 'link') return handTo(person, { remit: 'open', startapp: errand.startapp });
  if (left.value !== person && right.value !== person) seat('right', person);
  tab.value = left.value === person ? 'left' : 'right';
  void world.openLink(person, errand.query);
}
