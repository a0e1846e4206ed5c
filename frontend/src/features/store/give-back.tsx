// Giving money back: how much of a payment, and why. Signed in the next step.
import { useState } from 'preact/hooks';
import { isHere } from '../../api/loaded';
import type { Store } from '../../api/types';
import { format, money, parse, plain, type Money } from '../../base/money';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { amountText } from '../../parts/amount.words';
import { Card, Facts } from '../../parts/card';
import { Field } from '../../parts/choice';
import { Address } from '../../parts/copy';
import { FigureInput, Keypad } from '../../parts/keypad';
import { Load, Notice, Place, Skeleton } from '../../parts/notice';
import { leftOf } from './state/left';
import type { RefundBrief } from './types';
import { createRefund, getStoreInvoice, getUnmatched } from './verbs';
import { turn } from './way';
import { words } from './words';

const REASON_LENGTH = 200;

/** A payment that may go back, wherever it stands. */
interface Payment {
  readonly id: string;
  readonly money: Money;
  readonly from: string | null;
  readonly refunds: readonly RefundBrief[];
}

/** `id` names an invoice and its payment, or unrecognised money alone. */
export function GiveBack({ store, id }: { store: Store; id: string }) {
  const t = words.value.giveBack;
  const payment = useLive(store.id, () => paymentOf(store.id, id));
  const state = payment.state.value;
  if (isHere(state) && state.ok) return <Terms store={store} payment={state.ok} />;
  return (
    <Live title={t.title}>
      <Load of={payment} skeleton={<Card><Skeleton hero rows={1} /></Card>}>{() => <Card><Place icon="info" title={t.nothing} /></Card>}</Load>
    </Live>
  );
}

async function paymentOf(store: string, item: string): Promise<Payment | null> {
  const [first = '', second] = item.split(' ');
  if (second === undefined) return getUnmatched(store, first);
  const invoice = await getStoreInvoice(store, first);
  const found = invoice.payments.find(({ id }) => id === second);
  return found ? { ...found, refunds: invoice.refunds.filter((refund) => refund.payment === second) } : null;
}

function Terms({ store, payment }: { store: Store; payment: Payment }) {
  const t = words.value.giveBack;
  const left = leftOf(payment.money, payment.refunds);
  if (left === 0n) return <Live title={t.title}><Card><Place icon="check" title={t.nothing} /></Card></Live>;
  if (payment.from === null) return <Live title={t.title}><Notice tone="warn" title={t.noSender} /></Live>;
  return <Amount store={store} payment={payment} from={payment.from} left={left} />;
}

function Amount({ store, payment, from, left }: { store: Store; payment: Payment; from: string; left: bigint }) {
  const t = words.value.giveBack;
  const { asset, decimals } = payment.money;
  const change = useChange();
  const [figure, setFigure] = useState(() => plain(left, decimals));
  const [reason, setReason] = useState('');
  const parsed = parse(figure, decimals);
  const units = 'ok' in parsed ? parsed.ok : 0n;
  const tooMuch = units > left;
  const edit = (run: () => void) => {
    run();
    change.renew();
  };
  const create = async (key: string) => {
    const why = reason.trim();
    const refund = await createRefund(store.id, { payment: payment.id, amount: plain(units, decimals), ...(why && { reason: why }) }, key);
    turn(store.id, 'refund', refund.id);
  };
  const most = format(money(left, asset, decimals));
  return (
    <Live
      title={t.title} quietTitle tall
      primary={{ label: t.create, run: () => change.run(create), busy: change.busy, disabled: units === 0n || tooMuch }}
    >
      <Card>
        <Facts facts={[{ name: t.to, value: <Address value={from} label={t.to} /> }]} />
      </Card>
      <Failed change={change} />
      <div class="amount-stage">
        <FigureInput
          value={figure} unit={asset} decimals={decimals} label={amountText.value.label(asset)} invalid={tooMuch} describedBy="back-hint"
          onChange={(value) => edit(() => setFigure(value))}
        />
        <p id="back-hint" class={tooMuch ? 'amount-hint error' : 'amount-hint'} role="status">{tooMuch ? t.tooMuch(most) : t.left(most)}</p>
      </div>
      <Card>
        <Field label={t.reason} placeholder={t.reasonPlaceholder} value={reason} maxLength={REASON_LENGTH} onChange={(value) => edit(() => setReason(value))} />
      </Card>
      <p class="fine">{t.note}</p>
      <Keypad value={figure} decimals={decimals} onChange={(value) => edit(() => setFigure(value))} />
    </Live>
  );
}
