// JSON as a terminal with a little colour would print it.

import './Json.css';

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*)/g;

export function Json({ value }: { readonly value: unknown }) {
  return <pre class="json" tabIndex={0}>{coloured(JSON.stringify(value, null, 2))}</pre>;
}

function coloured(text: string) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [all, string, colon, other] = match;
    parts.push(text.slice(at, match.index));
    if (string !== undefined) parts.push(<span class={colon === undefined ? 'str' : 'key'}>{string}</span>, colon);
    else parts.push(<span class="lit">{other}</span>);
    at = match.index + all.length;
  }
  parts.push(text.slice(at));
  return parts;
}
