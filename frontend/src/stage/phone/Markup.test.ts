import { h, render } from 'preact';
import { expect, it, vi } from 'vitest';
import { Markup } from './Markup';

vi.mock('./state', () => ({ follows: vi.fn() }));

function shown(html: string): HTMLElement {
  const root = document.createElement('div');
  render(h(Markup, { html }), root);
  return root;
}

it('keeps the tags a bot may use', () => {
  const root = shown('<b>You sent</b> <i>5</i>\n<code>x</code> <a href="https://t.me/x">look</a>');
  expect(root.querySelector('b')?.textContent).toBe('You sent');
  expect(root.querySelector('a')?.getAttribute('href')).toBe('https://t.me/x');
  expect(root.textContent).toContain('\nx');
});

it('builds nothing else, whatever the message says', () => {
  const root = shown('<script>alert(1)</script><img src=x onerror=alert(1)><b onclick="alert(1)">hi</b><style>*{}</style><video src="x"></video>');
  expect(root.innerHTML).toBe('<b>hi</b>');
});

it('makes no link of an address that could run', () => {
  const root = shown('<a href="javascript:alert(1)">one</a><a href="data:text/html,x">two</a>');
  expect(root.querySelector('a')).toBeNull();
  expect(root.textContent).toBe('onetwo');
});
