// How much: one large figure, checked as it is typed.
import { useEffect } from 'preact/hooks';
import { brief, figure, money, parse, plain, share } from '../../base/money';
import { asset, figureText, recipient, renewIntention } from '../../flows/draft';
import { assetOf, balances, current, held } from '../../flows/session';
import { amountText } from '../../parts/amount.words';
import { Card } from '../../parts/card';
import { Segments } from '../../parts/choice';
import { FigureInput, Keypad } from '../../parts/keypad';
import { Screen } from '../../parts/screen';
import { back, push } from '../../router';
import { COIN_FEE, COIN_RESERVE, JETTON_FEE } from './fees';
import { RecipientRow } from './recipient';
import { sendText } from './words';
import '../../parts/chips.css';

const PERCENTS = [25n, 50n] as const;

export function AmountScreen() {
  const t = sendText.value.amount;
  const { info } = current();
  const to = recipient.value;
  const unit = assetOf(info, asset.value);
  useEffect(() => void balances.refresh(), []);
  if (!to) return null;
  const verdict = judge();
  const change = (value: string) => {
    figureText.value = value;
    renewIntention();
  };
  return (
    <Screen title={t.title} quietTitle tall primary={{ label: t.review, run: () => push({ name: 'review' }), disabled: !verdict.ok }}>
      <Card>
        <RecipientRow recipient={to} onChange={back} />
      </Card>
      <div class="amount-stage">
        <FigureInput
          value={figureText.value} unit={unit.asset} decimals={unit.decimals} label={amountText.value.label(unit.asset)}
          invalid={verdict.error !== null} describedBy="amount-hint" onChange={change}
        />
        <p id="amount-hint" class={verdict.error ? 'amount-hint error' : 'amount-hint'} role="status">
          {verdict.error ?? verdict.hint}
        </p>
        <Segments
          label={amountText.value.asset} value={asset.value} onChange={(value) => { asset.value = value; change(''); }}
          options={info.assets.map((a) => ({ value: a.asset, label: a.asset }))}
        />
        <Chips onPick={change} />
      </div>
      <Keypad value={figureText.value} decimals={unit.decimals} onChange={change} />
    </Screen>
  );
}

function Chips({ onPick }: { onPick: (value: string) => void }) {
  const t = sendText.value.amount;
  const { info } = current();
  const unit = assetOf(info, asset.value);
  const most = spendable();
  if (most === null || most <= 0n) return null;
  const { whole, fraction } = figure(most, unit.decimals, 0, 2);
  const pick = (units: bigint) => onPick(plain(units, unit.decimals));
  return (
    <div class="chips">
      {PERCENTS.map((percent) => (
        <button key={percent} type="button" class="chip" onClick={() => pick(share(most, percent))}>
          {t.percent(percent.toString())}
        </button>
      ))}
      <button type="button" class="chip" onClick={() => pick(most)}>
        {t.max} <bdi dir="ltr">{whole + fraction}</bdi>
      </button>
    </div>
  );
}

/** What can be sent of the chosen asset: of the coin, all but the reserve. */
function spendable(): bigint | null {
  const units = held(asset.value);
  if (units === null) return null;
  if (asset.value !== current().info.ticker) return units;
  return units > COIN_RESERVE ? units - COIN_RESERVE : 0n;
}

interface Verdict {
  readonly ok: boolean;
  readonly hint: string;
  readonly error: string | null;
}

/** Whether the figure can be paid. Unknown balances do not stand in the way: the wallet knows its own. */
function judge(): Verdict {
  const t = sendText.value.amount;
  const { info } = current();
  const unit = assetOf(info, asset.value);
  const shown = (units: bigint, of = unit) => brief(money(units, of.asset, of.decimals));
  const have = held(unit.asset);
  const parsed = parse(figureText.value, unit.decimals);
  const hint = have === null ? '' : t.available(shown(have));
  const wrong = (error: string): Verdict => ({ ok: false, hint, error });

  if ('error' in parsed) {
    // The field itself says what it cannot read.
    if (parsed.error === 'empty' || parsed.error === 'malformed') return { ok: false, hint, error: null };
    return wrong(parsed.error === 'too_precise' ? amountText.value.tooPrecise(unit.decimals) : amountText.value.tooLarge);
  }
  if (parsed.ok === 0n) return { ok: false, hint, error: null };
  if (have === null) return { ok: true, hint, error: null };
  if (parsed.ok > have) return wrong(t.notEnough(shown(have)));

  const coin = assetOf(info, info.ticker);
  const coins = held(info.ticker);
  if (unit.asset === coin.asset) {
    return parsed.ok + COIN_FEE > have ? wrong(t.keepForFee(shown(COIN_FEE))) : { ok: true, hint, error: null };
  }
  return coins !== null && coins < JETTON_FEE ? wrong(t.needCoin(shown(JETTON_FEE, coin))) : { ok: true, hint, error: null };
}
