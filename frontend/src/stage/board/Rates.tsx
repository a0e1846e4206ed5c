// What the sandbox's two sources say a coin is worth, and two ways to meddle: move both, or set them at odds.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { merchant } from '../text';
import * as world from '../world';
import { doubled } from './shop';
import './fields.css';
import './Rates.css';

export function Rates({ asset }: { readonly asset: world.Asset }) {
  const said = useSignal<world.Rates | null>(null);
  const draft = useSignal<string | null>(null);
  const failure = useSignal<string | null>(null);
  const pair = `${asset}/USD`;
  const attempt = async (asked: Promise<world.Rates>) => {
    failure.value = null;
    try {
      said.value = await asked;
      draft.value = null;
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };
  useEffect(() => void attempt(world.rates()), [asset]);
  if (!said.value) return failure.value && <p class="failure" role="alert">{failure.value}</p>;
  const { north, south } = said.value;
  const rate = north.rates[pair] ?? '';
  const wanted = draft.value ?? rate;
  return (
    <form class="row order" onSubmit={(event) => { event.preventDefault(); void attempt(world.moveRates({ [pair]: wanted })); }}>
      <label class="worth">
        <span>{merchant.worth(asset)}</span>
        <input class="field" inputMode="decimal" aria-label={merchant.rate(asset)} value={wanted} onInput={(event) => (draft.value = event.currentTarget.value)} />
      </label>
      <button type="submit" class="btn">{merchant.moveRate}</button>
      <button type="button" class="btn" title={merchant.differHint} onClick={() => void attempt(world.moveRates({ [pair]: doubled(rate) }, 'south'))}>
        {merchant.differ}
      </button>
      <span class="where" role="status">{failure.value ?? (rate === south.rates[pair] ? merchant.agree : merchant.apart(south.rates[pair] ?? ''))}</span>
    </form>
  );
}
