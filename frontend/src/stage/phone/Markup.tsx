// A bot's HTML turned into elements we chose: the text is parsed in an inert document and only known tags are built anew.

import type { ComponentChildren } from 'preact';
import { follows } from './state';
import './Markup.css';

/** Telegram's HTML style, https://core.telegram.org/bots/api#html-style. */
const PLAIN: Readonly<Record<string, 'b' | 'i' | 'u' | 's' | 'code' | 'pre' | 'blockquote'>> = {
  B: 'b', STRONG: 'b', I: 'i', EM: 'i', U: 'u', INS: 'u', S: 's', STRIKE: 's', DEL: 's', CODE: 'code', PRE: 'pre', BLOCKQUOTE: 'blockquote',
};
const SCHEMES = new Set(['http:', 'https:', 'tg:', 'ton:']);

export function Markup({ html }: { readonly html: string }) {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  return <>{children(parsed.body)}</>;
}

function children(node: Node): ComponentChildren[] {
  return [...node.childNodes].map(built);
}

function built(node: Node): ComponentChildren {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const inside = children(node);
  const Tag = PLAIN[node.tagName];
  if (Tag) return <Tag>{inside}</Tag>;
  if (node.tagName === 'BR') return <br />;
  if (node.tagName === 'A') return <Link to={node.getAttribute('href') ?? ''}>{inside}</Link>;
  if (node.tagName === 'TG-SPOILER' || node.classList.contains('tg-spoiler')) return <span class="spoiler" tabIndex={0}>{inside}</span>;
  // Not a tag a bot may use: its words stay, as text. Scripts and styles have no words.
  return node.tagName === 'SCRIPT' || node.tagName === 'STYLE' ? null : inside;
}

function Link({ to, children: inside }: { readonly to: string; readonly children: ComponentChildren }) {
  const safe = URL.canParse(to) && SCHEMES.has(new URL(to).protocol);
  if (!safe) return <>{inside}</>;
  const go = (event: Event) => {
    event.preventDefault();
    follows(to);
  };
  return <a href={to} rel="noopener noreferrer" onClick={go}>{inside}</a>;
}
