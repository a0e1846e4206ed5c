// The sandbox's front page: two people's phones, the shop's terminal, what the shop is told, and the chain under it all.

import { effect } from '@preact/signals';
import { render } from 'preact';
import '../base/theme.css';
import './parts.css';
import { begin, scheme } from './board/state';
import { Stage } from './board/Stage';
import { home } from './origins';
import { paint } from './scheme';

effect(() => paint('stage', scheme.value));

const better = home(location);
if (better) {
  location.replace(better);
} else {
  const root = document.getElementById('stage');
  if (root) render(<Stage />, root);
  void wake();
}

/** The page may be open before the world is: it simply tries again. */
async function wake(): Promise<void> {
  try {
    await begin();
  } catch {
    setTimeout(() => void wake(), 1000);
  }
}
