// A shop's invoice inside the Mini App: what for, how much, until when, and one button.
import { useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { asProblem, isHere } from '../../api/loaded';
import { payInvoice, reportSubmitted } from '../../api/remit';
import type { PublicInvoice } from '../../api/types';
import { format } from '../../base/money';
import { telegram } from '../../base/telegram';
import { text } from '../../base/text';
import { Aftermath } from '../../flows/invoice/aftermath';
import { Choose, isOpenToChoice } from '../../flows/invoice/choose';
import { hasAftermath, isPayable, isRateOver, isStarsOnly, useChoice, useRenewing, useWatchedInvoice, type Choice, type Renewing } from '../../flows/invoice/invoices';
import { InvoiceCountdown, InvoiceFacts, InvoiceHero, InvoiceState, InvoiceSteps, RateOver, timeLeft } from '../../flows/invoice/view';
import { invoiceText } from '../../flows/invoice/words';
import { remember } from '../../flows/payments';
import { Reconnecting } from '../../flows/reconnecting';
import { current, defaultWallet, refreshLedger } from '../../flows/session';
import { askWallet, clearStage, linkNewWallet, stageOf, type Stage } from '../../flows/sign';
import { WalletError } from '../../flows/wallet';
import { WalletTrouble } from '../../flows/wallet-trouble';
import { flowText } from '../../flows/words';
import type { Action } from '../../parts/action';
import { Card } from '../../parts/card';
import { Failure, Load, Notice, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { StarsNotice, usePayingInStars } from './stars';

export function InvoiceScreen({ id }: { id: string }) {
  const watched = useWatchedInvoice(id, (next) => {
    if (next.status === 'paid') telegram?.haptic('success');
    refreshLedger();
  });
  const { invoice, trouble } = watched;
  // A wallet may still hold the request for the sum of before; here it is not offered again.
  const renewing = useRenewing(watched, () => {
    if (stageOf(id)?.at === 'asked') clearStage(id);
  });
  const state = invoice.state.value;
  if (isHere(state)) {
    const View = isStarsOnly(state.ok) ? StarsView : InvoiceView;
    return <View invoice={state.ok} renewing={renewing} reconnecting={trouble !== null} />;
  }
  return (
    <Screen title={invoiceText.value.title} quietTitle>
      <Load of={invoice} skeleton={<Card><Skeleton hero rows={2} /></Card>}>{() => null}</Load>
    </Screen>
  );
}

interface ViewProps {
  readonly invoice: PublicInvoice;
  readonly renewing: Renewing;
  readonly reconnecting: boolean;
}

function InvoiceView({ invoice, renewing, reconnecting }: ViewProps) {
  const stage = stageOf(invoice.id);
  const choice = useChoice(invoice);
  const [state, setState] = useState<'idle' | 'busy' | Problem | WalletError>('idle');

  const pay = async () => {
    setState('busy');
    try {
      await ask(invoice, choice);
      setState('idle');
    } catch (error) {
      setState(error instanceof WalletError ? error : asProblem(error));
    }
  };

  const open = isPayable(invoice) && timeLeft(invoice) > 0 && (stage?.at !== 'sent' || invoice.exception === 'underpaid');
  const over = open && isRateOver(invoice);
  const payable = open && !over;
  const primary = over
    ? null
    : actionOf(invoice, stage, choice, state === 'busy', () => void pay());
  return (
    <Screen title={invoiceText.value.title} quietTitle primary={primary} secondary={backToShop(invoice)}>
      <InvoiceHero invoice={invoice} of={payable ? choice.of : undefined} />
      {payable && stage?.at !== 'asked' && isOpenToChoice(invoice) && <Card><Choose invoice={invoice} choice={choice} /></Card>}
      {stage?.at !== 'sent' && <InvoiceCountdown invoice={invoice} />}
      {over && <RateOver renewing={renewing} />}
      <InvoiceState invoice={invoice} />
      {payable && <StageNotice stage={stage} />}
      {state instanceof Problem && <Failure problem={state} retry={() => void pay()} />}
      {state instanceof WalletError && <WalletTrouble failure={state.failure} />}
      <InvoiceSteps invoice={invoice} signed={stage?.at === 'sent'} />
      {reconnecting && <Reconnecting />}
      {hasAftermath(invoice) && <Aftermath invoice={invoice} explorer={current().info.explorer_url} />}
      <InvoiceFacts invoice={invoice} />
    </Screen>
  );
}

/** Digital goods: by Telegram's rules no wallet is asked here. */
function StarsView({ invoice, reconnecting }: ViewProps) {
  const t = text.value;
  const paying = usePayingInStars(invoice);
  const primary = paying.action ?? { label: t.common.done, run: () => land() };
  return (
    <Screen title={invoiceText.value.title} quietTitle primary={primary} secondary={backToShop(invoice)}>
      <InvoiceHero invoice={invoice} />
      {paying.stage !== 'paid' && <InvoiceCountdown invoice={invoice} />}
      <InvoiceState invoice={invoice} />
      <StarsNotice invoice={invoice} paying={paying} />
      {reconnecting && <Reconnecting />}
      <InvoiceFacts invoice={invoice} />
    </Screen>
  );
}

/** Prepares the transfer and asks the wallet. The payment joins the person's own ledger as well. */
async function ask(invoice: PublicInvoice, { wish, key, renew }: Choice): Promise<void> {
  const from = defaultWallet(current().me) ?? (await linkNewWallet());
  const { transaction, payment } = await payInvoice(invoice.id, from.address, wish, key);
  renew();
  if (payment) remember(payment);
  await askWallet(invoice.id, transaction, async (boc) => {
    if (payment) remember(await reportSubmitted(payment.id, boc));
  });
}

function actionOf(invoice: PublicInvoice, stage: Stage | null, choice: Choice, busy: boolean, pay: () => void): Action {
  const t = text.value;
  if (!isPayable(invoice) || timeLeft(invoice) <= 0 || (stage?.at === 'sent' && invoice.exception !== 'underpaid')) {
    return { label: t.common.done, run: () => land() };
  }
  if (stage?.at === 'asked') return { label: flowText.value.signing.reopen(stage.app), run: stage.reopen };
  const disabled = choice.money === null;
  const amount = choice.money ? format(choice.money) : '';
  const rest = invoice.exception === 'underpaid' && !invoice.open_amount;
  const label = rest ? invoiceText.value.payRest(amount) : invoiceText.value.pay(amount);
  return { label, run: pay, disabled, busy: busy || stage?.at === 'preparing' };
}

function StageNotice({ stage }: { stage: Stage | null }) {
  const t = flowText.value.signing;
  switch (stage?.at) {
    case 'asked':
      return <Notice tone="info" title={t.asked(stage.app)}>{t.askedBody}</Notice>;
    case 'declined':
      return <Notice tone="info" title={t.declined}>{t.declinedBody}</Notice>;
    case 'failed':
      if (stage.why instanceof Problem) return <Failure problem={stage.why} />;
      if (stage.why === 'other_wallet') return <Notice tone="warn" title={t.otherWallet}>{t.connectOther}</Notice>;
      return <WalletTrouble failure={stage.why} />;
    default:
      return null;
  }
}

/** Only over https, and only by a tap: the address is the shop's word. */
function backToShop(invoice: PublicInvoice): Action | null {
  const url = invoice.return_url;
  if (invoice.status !== 'paid' || !url?.startsWith('https://')) return null;
  return { label: invoiceText.value.backToShop, run: () => telegram?.open(url) };
}
