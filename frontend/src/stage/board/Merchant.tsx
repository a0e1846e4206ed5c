// The shop's terminal: the command, the button that runs the same call, the answer, and ways to pay it well or badly.

import { signal, useSignal } from '@preact/signals';
import { Icon } from '../icons';
import { info, nameOf } from '../people';
import { merchant, stage } from '../text';
import type { Asset } from '../world';
import { Json } from './Json';
import { Misbehave } from './Misbehave';
import { handTo } from './Phone';
import { Rates } from './Rates';
import { create, curl, drafted, Problem, type Invoice } from './shop';
import { happenings, left, right } from './state';
import './panel.css';
import './fields.css';
import './Merchant.css';

const ASSETS: readonly Asset[] = ['GRAM', 'USDT'];

const asset = signal<Asset>('USDT');
const amount = signal('1.20');
/** The amount is a price in dollars, to be paid in the coin. */
const inDollars = signal(false);
const answer = signal<Invoice | null>(null);

export function Merchant() {
  const shop = info.value?.shop;
  const service = info.value?.service_url;
  return (
    <section class="panel merchant" aria-labelledby="merchant">
      <header>
        <h2 id="merchant">{merchant.title}</h2>
        {shop && <span>{shop.name} · <code>{merchant.key(shop.key)}</code></span>}
      </header>
      {shop && service ? <Terminal service={service} apiKey={shop.key} /> : <p class="quiet-line">{merchant.none}</p>}
    </section>
  );
}

function Terminal({ service, apiKey }: { readonly service: string; readonly apiKey: string }) {
  const failure = useSignal<string | null>(null);
  const busy = useSignal(false);
  const draft = drafted(amount.value, asset.value, merchant.description, inDollars.value);
  const run = async () => {
    busy.value = true;
    failure.value = null;
    try {
      answer.value = await create(service, apiKey, draft);
    } catch (error) {
      failure.value = error instanceof Problem ? error.message : merchant.unreachable;
    }
    busy.value = false;
  };
  return (
    <>
      <Command text={curl(service, apiKey, draft)} />
      <form class="row order" onSubmit={(event) => { event.preventDefault(); void run(); }}>
        <input class="field" inputMode="decimal" aria-label={merchant.amount} value={amount.value} onInput={(event) => (amount.value = event.currentTarget.value)} />
        <label class="choice">
          <input type="checkbox" checked={inDollars.value} onChange={(event) => (inDollars.value = event.currentTarget.checked)} />
          <span title={merchant.inDollarsHint}>{merchant.inDollars}</span>
        </label>
        <fieldset class="choice">
          <legend class="hidden-visually">{merchant.asset}</legend>
          {ASSETS.map((each) => (
            <label key={each}>
              <input type="radio" name="asset" checked={asset.value === each} onChange={() => (asset.value = each)} />
              <span>{each}</span>
            </label>
          ))}
        </fieldset>
        <button type="submit" class="btn strong" disabled={busy.value}>{busy.value ? merchant.creating : merchant.create}</button>
      </form>
      {inDollars.value && <Rates asset={asset.value} />}
      {failure.value !== null && <p class="failure" role="alert">{failure.value}</p>}
      {answer.value && <Answer invoice={answer.value} />}
      <Misbehave service={service} apiKey={apiKey} made={answer.value} payer={left.value} />
    </>
  );
}

function Command({ text }: { readonly text: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text).catch(() => null);
    copied.value = true;
  };
  return (
    <div class="command">
      <pre tabIndex={0}><span aria-hidden="true">{merchant.prompt} </span>{text}</pre>
      <button type="button" class="bare" aria-label={copied.value ? stage.copied : merchant.copyCommand} title={merchant.invites} onClick={() => void copy()}>
        <Icon name={copied.value ? 'check' : 'copy'} />
      </button>
    </div>
  );
}

function Answer({ invoice }: { readonly invoice: Invoice }) {
  const latest = happenings.value.find((event) => event.data['id'] === invoice.id)?.data['status'];
  const status = typeof latest === 'string' ? latest : invoice.status;
  return (
    <div class="answer">
      <Json value={invoice} />
      <div class="row">
        <span class="where">{merchant.inApp}</span>
        {[left.value, right.value].map((person) => (
          <button key={person} type="button" class="btn" aria-label={merchant.openOn(nameOf(person))} onClick={() => handTo(person, { remit: 'open', startapp: invoice.id })}>
            {stage.phoneOf(nameOf(person))}
          </button>
        ))}
        <span class="state" data-state={status} role="status">{status}</span>
      </div>
      <div class="row">
        <span class="where">{merchant.onPage}</span>
        <button type="button" class="btn" aria-label={merchant.pageOn(nameOf(left.value))} onClick={() => handTo(left.value, { remit: 'visit', url: invoice.pay_url })}>
          {stage.phoneOf(nameOf(left.value))}
        </button>
        <a class="btn" aria-label={merchant.pageInTab} href={invoice.pay_url} target="_blank" rel="noopener">{merchant.newTab}<Icon name="out" /></a>
      </div>
    </div>
  );
}
