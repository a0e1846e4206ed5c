// The pay page's entry: /pay/inv_… for anybody with a browser.
import '../base/theme.css';
import '../base/layout.css';
import { render } from 'preact';
import { useLanguage } from '../base/text';
import { PayPage } from './page';
import './pay.css';

const id = /\/pay\/(inv_[A-Za-z0-9_-]{1,60})\/?$/.exec(location.pathname)?.[1] ?? null;
const root = document.getElementById('app');
// English at once if the other language cannot be fetched.
void useLanguage(navigator.language).catch(() => undefined);
if (root) render(<PayPage id={id} />, root);
