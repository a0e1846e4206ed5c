// Everything once more before the wallet is asked.
import { useEffect, useState } from 'preact/hooks';
import { sameAccount, shorten } from '../address';
import { Problem } from '../api/client';
import { cancelPayment, createPayment, reportSubmitted } from '../api/remit';
import type { Payment, Recipient } from '../api/types';
import { brief, format, money, parse, unitsOf, type Money } from '../money';
import { land } from '../router';
import { asset, figureText, intention, note, recipient, renewIntention } from '../state/draft';
import { COIN_FEE, JETTON_FEE } from '../state/fees';
import { asProblem } from '../state/loaded';
import { look } from '../state/look';
import { remember } from '../state/payments';
import { assetOf, current, defaultWallet, held } from '../state/session';
import { askWallet } from '../state/signing';
import { text } from '../text';
import { warmUp } from '../wallet';
import { Avatar } from '../ui/avatar';
import { Card, Facts } from '../ui/card';
import { Field } from '../ui/choice';
import { Address } from '../ui/copy';
import { Amount } from '../ui/money';
import { Failure } from '../ui/notice';
import { Screen } from '../ui/screen';

const NOTE_LENGTH = 200;

export function Review() {
  const t = text.value.review;
  const { info } = current();
  const to = recipient.value;
  const sum = draftMoney();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => warmUp(info, look()), []);
  if (!to || !sum) return null;

  const confirm = async () => {
    setBusy(true);
    setProblem(null);
    try {
      begin(await create(to, sum));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };

  return (
    <Screen title={t.title} quietTitle primary={{ label: t.confirm, run: () => void confirm(), busy }}>
      <div class="hero">
        <Avatar name={to.name} size="large" icon={to.kind === 'person' ? undefined : 'wallet'} />
        <p class="quiet">{t.to(to.kind === 'person' ? to.name : shorten(to.address))}</p>
        <Amount money={sum} size="hero" />
      </div>
      {problem && <Failure problem={problem} retry={() => void confirm()} />}
      <ReviewFacts to={to} sum={sum} />
      <Card>
        <Field label={t.note} placeholder={t.notePlaceholder} value={note.value} maxLength={NOTE_LENGTH} onChange={(value) => { note.value = value; renewIntention(); }} />
      </Card>
      <KeepLine sum={sum} />
    </Screen>
  );
}

/** A name may have come to mean another wallet since it was looked up: what was shown is what is paid. */
async function create(to: Recipient, sum: Money): Promise<Payment> {
  const about = note.value.trim();
  const handle = to.username ? `@${to.username}` : to.address;
  const payment = await createPayment({ to: handle, amount: sum.amount, asset: sum.asset, ...(about && { note: about }) }, intention.value);
  if (payment.to.address !== null && !sameAccount(payment.to.address, to.address)) {
    await cancelPayment(payment.id).catch(() => undefined);
    throw new Problem('recipient-changed', '');
  }
  return payment;
}

/** Shows the payment's own screen, and brings the wallet forward with it. */
export function begin(payment: Payment): void {
  remember(payment);
  land({ name: 'payment', id: payment.id });
  if (payment.transaction) void askWallet(payment.id, payment.transaction, (boc) => reportSubmitted(payment.id, boc).then(remember));
}

function ReviewFacts({ to, sum }: { to: Recipient; sum: Money }) {
  const t = text.value.review;
  const { info, me } = current();
  const coin = assetOf(info, info.ticker);
  const isCoin = sum.asset === info.ticker;
  const fee = format(money(isCoin ? COIN_FEE : JETTON_FEE, coin.asset, coin.decimals));
  const from = defaultWallet(me);
  return (
    <Card>
      <Facts
        facts={[
          to.username !== null && { name: t.recipient, value: `@${to.username}` },
          { name: t.address, value: <Address value={to.address} label={t.address} /> },
          from && me.wallets.length > 1 && { name: t.from, value: <bdi dir="ltr">{shorten(from.address)}</bdi> },
          { name: t.fee, value: isCoin ? t.feeAbout(fee) : t.feeUpTo(fee) },
          { name: t.receive, value: <bdi dir="ltr">{format(sum)}</bdi> },
        ]}
      />
    </Card>
  );
}

function KeepLine({ sum }: { sum: Money }) {
  const have = held(sum.asset);
  if (have === null) return null;
  const isCoin = sum.asset === current().info.ticker;
  const left = have - unitsOf(sum) - (isCoin ? COIN_FEE : 0n);
  const kept = brief(money(left > 0n ? left : 0n, sum.asset, sum.decimals));
  const t = text.value.review;
  return <p class="fine">{isCoin ? t.after(kept) : t.afterJetton(kept)}</p>;
}

/** The typed figure as money; without one there is nothing to review. */
function draftMoney(): Money | null {
  const unit = assetOf(current().info, asset.value);
  const parsed = parse(figureText.value, unit.decimals);
  return 'ok' in parsed && parsed.ok > 0n ? money(parsed.ok, unit.asset, unit.decimals) : null;
}
