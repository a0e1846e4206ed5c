// Waiting for the wallet: who must act, until when, and how to get out.
import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { asProblem } from '../../api/loaded';
import { reportSubmitted } from '../../api/remit';
import type { Payment } from '../../api/types';
import { shorten } from '../../base/address';
import { until } from '../../base/clock';
import { telegram } from '../../base/telegram';
import { text } from '../../base/text';
import { countdown } from '../../base/text/when';
import { startDraft } from '../../flows/draft';
import { PartyFace } from '../../flows/ledger';
import { remember } from '../../flows/payments';
import { refreshLedger } from '../../flows/session';
import { askWallet, clearStage, stageOf, type Stage } from '../../flows/sign';
import { WalletTrouble } from '../../flows/wallet-trouble';
import { flowText } from '../../flows/words';
import type { Action } from '../../parts/action';
import { Amount } from '../../parts/money';
import { Failure, Notice, Place } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { cancelPayment } from './verbs';
import { sendText } from './words';
import '../../parts/countdown.css';
import '../../parts/waiting.css';

export function Signing({ payment }: { payment: Payment }) {
  const stage = stageOf(payment.id);
  const left = millisecondsLeft(payment);
  const [cancelling, setCancelling] = useState<'no' | 'busy' | Problem>('no');
  useConfirmClosing(stage?.at === 'asked');

  const cancel = async () => {
    setCancelling('busy');
    try {
      remember(await cancelPayment(payment.id));
      clearStage(payment.id);
      refreshLedger();
    } catch (error) {
      setCancelling(asProblem(error));
    }
  };

  return (
    <Screen
      title={flowText.value.signing.title}
      quietTitle
      primary={left <= 0 ? { label: flowText.value.signing.again, run: startAgain } : primaryOf(payment, stage)}
      secondary={{ label: flowText.value.signing.cancel, run: () => void cancel(), busy: cancelling === 'busy' }}
    >
      <div class="hero">
        <PartyFace party={payment.to} size="large" />
        <p class="quiet">{sendText.value.review.to(payment.to.name)}</p>
        <Amount money={payment.money} size="hero" />
      </div>
      {left <= 0 ? <TimeOver /> : <StageView payment={payment} stage={stage} left={left} />}
      {cancelling instanceof Problem && <Failure problem={cancelling} retry={() => void cancel()} />}
    </Screen>
  );
}

function primaryOf(payment: Payment, stage: Stage | null): Action | null {
  const t = flowText.value.signing;
  const { transaction } = payment;
  if (!transaction) return null;
  const ask = () => void askWallet(payment.id, transaction, (boc) => reportSubmitted(payment.id, boc).then(remember));
  switch (stage?.at) {
    case 'preparing':
      return { label: t.opening, run: () => undefined, busy: true };
    case 'asked':
      return { label: t.reopen(stage.app), run: stage.reopen };
    case 'declined':
      return { label: text.value.common.tryAgain, run: ask };
    case 'failed':
      return { label: stage.why === 'other_wallet' ? t.connectOther : text.value.common.tryAgain, run: ask };
    default:
      return { label: sendText.value.review.confirm, run: ask };
  }
}

function StageView({ payment, stage, left }: { payment: Payment; stage: Stage | null; left: number }) {
  const t = flowText.value.signing;
  switch (stage?.at) {
    case 'preparing':
      return <Waiting title={t.opening} body={t.openingBody} left={left} />;
    case 'asked':
      return <Waiting title={t.asked(stage.app)} body={t.askedBody} left={left} />;
    case 'declined':
      return <section class="card"><Place icon="cross" title={t.declined}>{t.declinedBody}</Place></section>;
    case 'failed':
      return <Failed payment={payment} why={stage.why} />;
    default:
      return <Waiting title={t.unsigned} body={t.unsignedBody} left={left} idle />;
  }
}

interface WaitingProps {
  readonly title: string;
  readonly body: string;
  readonly left: number;
  readonly idle?: boolean;
}

function Waiting({ title, body, left, idle }: WaitingProps) {
  return (
    <section class="card waiting" aria-live="polite">
      {!idle && <span class="spinner spinner-large" aria-hidden="true" />}
      <p class="place-title">{title}</p>
      <p class="place-text">{body}</p>
      {Number.isFinite(left) && (
        <p class="countdown" aria-live="off">
          {flowText.value.signing.left(countdown(left))}
        </p>
      )}
    </section>
  );
}

function TimeOver() {
  const t = flowText.value.signing;
  return <section class="card"><Place icon="clock" title={t.over}>{t.overBody}</Place></section>;
}

function Failed({ payment, why }: { payment: Payment; why: Extract<Stage, { at: 'failed' }>['why'] }) {
  const t = flowText.value.signing;
  if (why instanceof Problem) return <Failure problem={why} />;
  if (why !== 'other_wallet') return <WalletTrouble failure={why} />;
  return (
    <Notice tone="warn" title={t.otherWallet}>
      {t.otherWalletBody(shorten(payment.from?.address ?? payment.transaction?.from ?? ''))}
    </Notice>
  );
}

/** By the service's clock. Infinite when there is no deadline, or its time is not known. */
function millisecondsLeft(payment: Payment): number {
  return payment.valid_until ? until(payment.valid_until) : Infinity;
}

function startAgain(): void {
  startDraft();
  land({ name: 'recipient' });
}

/** Leaving now is safe but confusing: Telegram asks first. */
function useConfirmClosing(needed: boolean): void {
  useEffect(() => {
    if (!needed) return undefined;
    telegram?.confirmClosing(true);
    return () => telegram?.confirmClosing(false);
  }, [needed]);
}
