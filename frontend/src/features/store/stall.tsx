// Ringing up a sale with one hand: a figure, a word about it, and on to the code.
import { useEffect, useState } from 'preact/hooks';
import { useAgain } from '../../api/again';
import { isHere, troubleOf, type Loaded } from '../../api/loaded';
import type { Store } from '../../api/types';
import { parse, plain, worth } from '../../base/money';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { assetOf, current } from '../../flows/session';
import { useOnce } from '../../flows/store/look';
import { amountText } from '../../parts/amount.words';
import { Card } from '../../parts/card';
import { Field, Segments } from '../../parts/choice';
import { FigureInput, Keypad } from '../../parts/keypad';
import { Failure } from '../../parts/notice';
import { ChipChoice } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { tillOf } from './state/till';
import type { NewInvoice, Rate } from './types';
import { createInvoice, getRates } from './verbs';
import { go } from './way';
import { words } from './words';
import './stall.css';

const NOTE_LENGTH = 200;

export function Stall({ store }: { store: Store }) {
  const t = words.value.stall;
  const price = usePrice(store.id);
  const change = useChange();
  const [figure, setFigure] = useState('');
  const [note, setNote] = useState('');
  const { unit } = price;
  // A figure means nothing in another unit.
  useEffect(() => setFigure(''), [unit.asset]);
  const parsed = parse(figure, unit.decimals);
  const units = 'ok' in parsed ? parsed.ok : 0n;
  const edit = (run: () => void) => {
    run();
    change.renew();
  };
  const create = async (key: string) => {
    const about = note.trim();
    const { id } = await createInvoice(store.id, { ...price.of(plain(units, unit.decimals)), ...(about && { description: about }) }, key);
    go(store.id, 'sale', id);
  };
  const type = (value: string) => edit(() => setFigure(value));
  return (
    <Screen title={t.title} quietTitle tall primary={{ label: t.show, run: () => change.run(create), busy: change.busy, disabled: units === 0n || !price.ready }}>
      <div class="amount-stage">
        <FigureInput
          value={figure} unit={unit.asset} decimals={unit.decimals} label={amountText.value.label(unit.asset)}
          invalid={'error' in parsed && parsed.error !== 'empty'} describedBy="stall-hint" onChange={type}
        />
        <p id="stall-hint" class="amount-hint" role="status">{price.rate}</p>
        <ChipChoice
          label={t.priceIn} value={unit.asset} onChange={(name) => edit(() => price.name(name))}
          options={price.names.map((name) => ({ value: name, label: name }))}
        />
      </div>
      {price.payable.length > 1 && (
        <Segments
          label={t.paidIn} value={price.asset} onChange={(asset) => edit(() => price.pay(asset))}
          options={price.payable.map((asset) => ({ value: asset, label: asset }))}
        />
      )}
      {price.trouble && <Failure problem={price.trouble} />}
      <Failed change={change} />
      <Card>
        <Field label={t.note} placeholder={t.notePlaceholder} value={note} maxLength={NOTE_LENGTH} onChange={(value) => edit(() => setNote(value))} />
      </Card>
      <div class="stall">
        <Keypad value={figure} decimals={unit.decimals} onChange={type} />
      </div>
    </Screen>
  );
}

/** What prices are named in at this till: an asset, or a currency while a rate for it is trusted. */
function usePrice(store: string) {
  const { info } = current();
  const asked = useOnce(getRates);
  useAgain(asked);
  const known = asked.state.value;
  const rates = ratesIn(known);
  const till = tillOf(store);
  const { price, asset: chosen } = till.value;
  const paying = rates.filter((rate) => rate.currency === price).map((rate) => rate.asset);
  const asset = paying.find((one) => one === chosen) ?? paying[0];
  const rate = asset === undefined ? undefined : rates.find((one) => one.asset === asset && one.currency === price);
  const isAsset = info.assets.some((one) => one.asset === price);
  // As long as nobody knows, dollars do not turn into coins.
  const isFiat = !isAsset && (!isHere(known) || rate !== undefined);
  const currencies = new Set([...(isFiat ? [price] : []), ...rates.map((one) => one.currency)]);
  const unit = isFiat ? { asset: price, decimals: digitsOf(price) } : assetOf(info, isAsset ? price : info.ticker);
  return {
    unit,
    ready: !isFiat || rate !== undefined,
    names: [...info.assets.map((one) => one.asset), ...currencies],
    trouble: troubleOf(asked),
    payable: paying,
    asset: asset ?? unit.asset,
    rate: rate?.value && <bdi dir="ltr">{worth(rate.asset, rate.value, rate.currency)}</bdi>,
    name: (next: string) => (till.value = { ...till.peek(), price: next }),
    pay: (next: string) => (till.value = { ...till.peek(), asset: next }),
    of: (amount: string): NewInvoice => (isFiat && rate ? { asset: rate.asset, fiat: { amount, currency: price } } : { asset: unit.asset, amount }),
  };
}

/** Rates that prices are taken at. Without any, prices are in assets: nothing is missing then. */
function ratesIn(state: Loaded<{ readonly data: readonly Rate[] }>): readonly Rate[] {
  return isHere(state) ? state.ok.data.filter((rate) => rate.trusted) : [];
}

/** As many digits behind the point as people use in that currency. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}
