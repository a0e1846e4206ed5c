// The pay page's entry: /pay/inv_… for anybody with a browser.
import '../base/theme.css';
import '../parts/layout.css';
import '../parts/controls.css';
import '../parts/ledger.css';
import '../parts/states.css';
import './pay.css';
import { render } from 'preact';
import { useLanguage } from '../base/text';
import { PayPage } from './page';

const id = /\/pay\/(inv_[A-Za-z0-9_-]{1,60})\/?$/.exec(location.pathname)?.[1] ?? null;
const root = document.getElementById('app');
// English at once if the other language cannot be fetched.
void useLanguage(navigator.language).catch(() => undefined);
if (root) render(<PayPage id={id} />, root);
