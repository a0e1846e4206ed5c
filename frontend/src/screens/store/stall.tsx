// Ringing up a sale with one hand: a figure, a word about it, and on to the code.
import { useState } from 'preact/hooks';
import { createInvoice, getRates, type NewInvoice } from '../../api/store';
import type { Rate } from '../../api/store-types';
import type { Store } from '../../api/types';
import { parse, plain, worth } from '../../money';
import { isHere, type Loaded } from '../../state/loaded';
import { assetOf, current } from '../../state/session';
import { useChange } from '../../state/store/change';
import { useOnce } from '../../state/store/look';
import { tillOf } from '../../state/store/till';
import { text } from '../../text';
import { words } from '../../text/store';
import { Card } from '../../ui/card';
import { Field, Segments } from '../../ui/choice';
import { FigureInput, Keypad } from '../../ui/keypad';
import { ChipChoice } from '../../ui/options';
import { Screen } from '../../ui/screen';
import { Failed } from './failed';
import { go } from './way';

const NOTE_LENGTH = 200;

export function Stall({ store }: { store: Store }) {
  const t = words.value.stall;
  const { info } = current();
  const rates = useOnce(getRates);
  const change = useChange();
  const till = tillOf(store.id);
  const [figure, setFigure] = useState('');
  const [note, setNote] = useState('');
  const { price, asset } = till.value;
  const trusted = ratesIn(rates.state.value);
  const fiats = [...new Set(trusted.map((rate) => rate.currency))];
  const isFiat = fiats.includes(price);
  const unit = isFiat ? { asset: price, decimals: digitsOf(price) } : assetOf(info, info.assets.some((a) => a.asset === price) ? price : info.ticker);
  const parsed = parse(figure, unit.decimals);
  const units = 'ok' in parsed ? parsed.ok : 0n;
  const edit = (run: () => void) => {
    run();
    change.renew();
  };
  const create = async (key: string) => {
    const amount = plain(units, unit.decimals);
    const about = note.trim();
    const body: NewInvoice = {
      ...(isFiat ? { asset, fiat: { amount, currency: price } } : { asset: unit.asset, amount }),
      ...(about && { description: about }),
    };
    const { id } = await createInvoice(store.id, body, key);
    go(store.id, 'sale', id);
  };
  const rate = isFiat ? trusted.find((one) => one.asset === asset && one.currency === price) : undefined;
  const canShow = units > 0n && (!isFiat || rate !== undefined);
  return (
    <Screen title={t.title} quietTitle tall primary={{ label: t.show, run: () => change.run(create), busy: change.busy, disabled: !canShow }}>
      <div class="amount-stage">
        <FigureInput
          value={figure} unit={unit.asset} decimals={unit.decimals} label={text.value.amount.label(unit.asset)}
          invalid={'error' in parsed && parsed.error !== 'empty'} describedBy="stall-hint" onChange={(value) => edit(() => setFigure(value))}
        />
        <p id="stall-hint" class="amount-hint" role="status">
          {rate?.value && <bdi dir="ltr">{worth(rate.asset, rate.value, rate.currency)}</bdi>}
        </p>
        <ChipChoice
          label={t.priceIn} value={unit.asset}
          onChange={(next) => edit(() => { setFigure(''); till.value = { ...till.peek(), price: next }; })}
          options={[...info.assets.map((a) => a.asset), ...fiats].map((name) => ({ value: name, label: name }))}
        />
      </div>
      {isFiat && info.assets.length > 1 && (
        <Segments
          label={t.paidIn} value={asset} onChange={(next) => edit(() => { till.value = { ...till.peek(), asset: next }; })}
          options={info.assets.map((a) => ({ value: a.asset, label: a.asset }))}
        />
      )}
      <Failed change={change} />
      <Card>
        <Field label={t.note} placeholder={t.notePlaceholder} value={note} maxLength={NOTE_LENGTH} onChange={(value) => edit(() => setNote(value))} />
      </Card>
      <div class="stall">
        <Keypad value={figure} decimals={unit.decimals} onChange={(value) => edit(() => setFigure(value))} />
      </div>
    </Screen>
  );
}

/** Rates that prices are taken at. Without any, prices are in assets: nothing is missing then. */
function ratesIn(state: Loaded<{ readonly data: readonly Rate[] }>): readonly Rate[] {
  return isHere(state) ? state.ok.data.filter((rate) => rate.trusted) : [];
}

/** As many digits behind the point as people use in that currency. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}
