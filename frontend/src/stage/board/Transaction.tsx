// One transaction opened: whatever the chain knows about it, in a person's words where there are some.

import { useEffect, useState } from 'preact/hooks';
import { whose } from '../people';
import { chain } from '../text';
import * as world from '../world';
import type { Status } from './rows';
import './Transaction.css';

type Known = Readonly<Record<string, unknown>>;

export function Details({ hash, status }: { readonly hash: string; readonly status: Status }) {
  const [known, setKnown] = useState<Known | string | null>(null);
  useEffect(() => {
    world.transaction(hash).then(setKnown, (error: unknown) => setKnown(error instanceof Error ? error.message : String(error)));
  }, [hash, status]);
  if (known === null) return <p class="quiet-line">{chain.loading}</p>;
  if (typeof known === 'string') return <p class="failure" role="alert">{known}</p>;
  return <Fields known={known} />;
}

/** Said in other fields already. */
const REPEATED = new Set(['aborted', 'who']);

function Fields({ known }: { readonly known: Known }) {
  const told = Object.entries(known).filter(([name, value]) => value !== null && value !== '' && !REPEATED.has(name));
  return (
    <dl class="fields">
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{chain.field[name] ?? name}</dt>
          <dd>{name === 'time' ? moment(value) : name === 'fees' ? chain.gram(String(value)) : shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown) {
  if (Array.isArray(value)) return value.length === 0 ? chain.none : value.map((each, at) => <div key={at} class="nested">{shown(each)}</div>);
  if (typeof value === 'object' && value !== null) return <Fields known={value as Known} />;
  if (typeof value === 'boolean') return value ? chain.yes : chain.no;
  const text = String(value);
  return isAddress(text) ? <span title={text}>{whose(text)}</span> : text;
}

/** Unix seconds as a person reads them. */
function moment(seconds: unknown): string {
  return typeof seconds === 'number' ? new Date(seconds * 1000).toLocaleString('en-GB') : String(seconds);
}

function isAddress(text: string): boolean {
  return /^(-?\d+:[0-9a-fA-F]{64}|[EUk0][Qf][\w-]{46})$/.test(text);
}
