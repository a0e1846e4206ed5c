// Everything once more before the wallet is asked.
import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { asProblem } from '../../api/loaded';
import type { Payment, Recipient } from '../../api/types';
import { sameAccount, shorten } from '../../base/address';
import { look } from '../../base/look';
import { brief, format, money, parse, unitsOf, type Money } from '../../base/money';
import { language } from '../../base/text';
import { day } from '../../base/text/when';
import { begin } from '../../flows/begin';
import { asset, figureText, intention, memo, note, recipient, renewIntention } from '../../flows/draft';
import { assetOf, current, defaultWallet, held } from '../../flows/session';
import { warmUp } from '../../flows/wallet';
import { Avatar } from '../../parts/avatar';
import { Card, Facts } from '../../parts/card';
import { Field } from '../../parts/choice';
import { Address } from '../../parts/copy';
import { Amount } from '../../parts/money';
import { Failure } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { COIN_FEE, JETTON_FEE } from './fees';
import { Warnings } from './recipient';
import { cancelPayment, createPayment } from './verbs';
import { sendText } from './words';

const NOTE_LENGTH = 200;
const MEMO_LENGTH = 500;

export function Review() {
  const t = sendText.value.review;
  const { info } = current();
  const to = recipient.value;
  const sum = draftMoney();
  const hasMemo = to?.takes_memo === true && memo.value.trim() !== '';
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
      <Warnings of={{ ...to, warnings: to.warnings.filter((warning) => GRAVE.has(warning)) }} />
      {to.takes_memo && <Memo to={to} />}
      {!hasMemo && (
        <Card>
          <Field label={t.note} placeholder={t.notePlaceholder} value={note.value} maxLength={NOTE_LENGTH} onChange={(value) => { note.value = value; renewIntention(); }} />
        </Card>
      )}
      <KeepLine sum={sum} />
    </Screen>
  );
}

/** Said once more before the wallet is asked. */
const GRAVE: ReadonlySet<string> = new Set(['contract', 'maybe_exchange', 'name_old', 'name_moved']);

/** What an exchange has given: it must reach it to the letter, so nothing of ours stands beside it. */
function Memo({ to: { exchange, warnings } }: { to: Recipient }) {
  const t = sendText.value;
  // A warning has said already what becomes of money without it.
  const hint = memo.value.trim() !== '' ? t.memoBody : !warnings.includes('maybe_exchange') && t.memoNone;
  return (
    <>
      <Card>
        <Field label={t.review.memo} placeholder={exchange ? t.memoNeeded : t.memoPlaceholder} value={memo.value} maxLength={MEMO_LENGTH} onChange={(value) => { memo.value = value; renewIntention(); }} />
      </Card>
      {hint && <p class="fine">{hint}</p>}
    </>
  );
}

/** A name may have come to mean another wallet since it was looked up: what was shown is what is paid. */
async function create(to: Recipient, sum: Money): Promise<Payment> {
  const given = to.takes_memo ? memo.value.trim() : '';
  const about = given ? { memo: given } : note.value.trim() ? { note: note.value.trim() } : {};
  const payment = await createPayment({ to: handleOf(to), amount: sum.amount, asset: sum.asset, ...about }, intention.value);
  if (payment.to.address !== null && !sameAccount(payment.to.address, to.address)) {
    await cancelPayment(payment.id).catch(() => undefined);
    throw new Problem('recipient-changed', '');
  }
  return payment;
}

/** A person by name. The end of a link's time goes along: the service's clock decides about it. */
function handleOf({ username, address, asks }: Recipient): string {
  if (username) return `@${username}`;
  return asks?.good_until ? `ton://transfer/${address}?exp=${Date.parse(asks.good_until) / 1000}` : address;
}

function ReviewFacts({ to, sum }: { to: Recipient; sum: Money }) {
  const t = sendText.value.review;
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
          to.named_at !== null && { name: sendText.value.named, value: day(to.named_at, language.value) },
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
  const t = sendText.value.review;
  return <p class="fine">{isCoin ? t.after(kept) : t.afterJetton(kept)}</p>;
}

/** The typed figure as money; without one there is nothing to review. */
function draftMoney(): Money | null {
  const unit = assetOf(current().info, asset.value);
  const parsed = parse(figureText.value, unit.decimals);
  return 'ok' in parsed && parsed.ok > 0n ? money(parsed.ok, unit.asset, unit.decimals) : null;
}
