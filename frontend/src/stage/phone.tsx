// One person's phone: the chat with the bot, the Mini App over it, the wallet over both. On the stage in a frame, or alone on a screen.

import { effect } from '@preact/signals';
import { render } from 'preact';
import '../base/theme.css';
import './parts.css';
import { Phone } from './phone/Phone';
import { begin, openApp, openPage, person, scheme, stageOrigin } from './phone/state';
import { isScheme, paint } from './scheme';
import { hear, type ToPhone } from './talk';

effect(() => paint('phone', scheme.value));

hear<ToPhone>(
  (event) => event.source === window.parent && event.origin === stageOrigin && window.parent !== window,
  (word) => {
    if (word.remit === 'open') void openApp({ startapp: word.startapp });
    else if (word.remit === 'visit') openPage(word.url);
    else if (isScheme(word.scheme)) scheme.value = word.scheme;
  },
);

const root = document.getElementById('phone');
if (root) render(<Phone />, root);
void wake();

/** The world may still be starting. */
async function wake(): Promise<void> {
  try {
    await begin();
  } catch {
    setTimeout(() => void wake(), 1000);
  }
}

document.title = person ? `${person} · ${document.title}` : document.title;
