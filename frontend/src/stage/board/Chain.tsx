// The chain as it moves: a pulse of blocks, and every transaction from pending to final, with names for addresses.

import { useSignal } from '@preact/signals';
import { amount, grouped } from '../format';
import { info, whose } from '../people';
import { chain } from '../text';
import type { Movement } from './rows';
import { blocks, movements } from './state';
import { Details } from './Transaction';
import './panel.css';
import './rows.css';
import './Chain.css';

export function ChainPanel() {
  return (
    <section class="panel chain" aria-labelledby="chain">
      <header>
        <h2 id="chain">{chain.title}</h2>
        <span>{chain.pace(info.value?.block_time_ms ?? 0)}</span>
      </header>
      <Blocks />
      {movements.value.length === 0 && <p class="quiet-line">{chain.empty}</p>}
      <ol class="rows">
        {movements.value.map((movement) => <li key={movement.hash}><Row movement={movement} /></li>)}
      </ol>
    </section>
  );
}

function Blocks() {
  return (
    <div class="blocks" role="img" aria-label={chain.pulse}>
      {blocks.value.map((block) => <i key={block.seqno} data-full={block.transactions > 0} style={{ '--n': Math.min(block.transactions, 4) }} />)}
    </div>
  );
}

function Row({ movement }: { readonly movement: Movement }) {
  const open = useSignal(false);
  return (
    <details class="line" onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        <b class="seqno">{movement.block === null ? '·' : grouped(movement.block)}</b>
        <span class="what">{said(movement)} <small>{beside(movement)}</small></span>
        <span class="status" data-status={movement.status}>{chain.status[movement.status]}</span>
      </summary>
      {open.value && <Details hash={movement.hash} status={movement.status} />}
    </details>
  );
}

function said({ who, from, to, label, amount: value }: Movement): string {
  if (value === null && label) return label;
  return `${who.from ?? whose(from)} → ${who.to ?? whose(to)}`;
}

function beside({ amount: value, asset, comment, label }: Movement): string {
  if (value === null) return '';
  const words = [`${amount(value)} ${asset ?? ''}`];
  if (comment) words.push(`“${comment}”`);
  else if (label) words.push(label);
  return words.join(' · ');
}
