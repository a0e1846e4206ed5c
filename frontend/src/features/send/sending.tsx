// Money on its way: each step as the chain takes it. Safe to leave.
import type { Payment } from '../../api/types';
import { until } from '../../base/clock';
import { text } from '../../base/text';
import { counterparty, PartyFace } from '../../flows/ledger';
import { ledgerText } from '../../flows/ledger.words';
import { Reconnecting } from '../../flows/reconnecting';
import { viewSteps } from '../../flows/steps';
import { flowText } from '../../flows/words';
import { Card } from '../../parts/card';
import { Amount } from '../../parts/money';
import { Notice } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { Steps } from '../../parts/steps';
import { land } from '../../router';

const ORDER = ['submitted', 'seen', 'confirmed', 'final'] as const;
/** A signed payment that the chain has not shown after this long deserves a word. */
const SLOW_MS = 60_000;

export function Sending({ payment, reconnecting }: { payment: Payment; reconnecting: boolean }) {
  const t = flowText.value.progress;
  const other = counterparty(payment);
  const name = other?.name ?? ledgerText.value.unknown;
  const title = payment.direction === 'out' ? t.sendingTo(name) : t.receivingFrom(name);
  const since = payment.progress[payment.progress.length - 1]?.at ?? payment.created_at;
  return (
    <Screen title={title} quietTitle primary={{ label: text.value.common.done, run: () => land() }}>
      <div class="hero">
        <PartyFace party={other} size="large" />
        <p class="quiet">{title}</p>
        <Amount money={payment.money} size="hero" />
      </div>
      <Card>
        <PaymentSteps payment={payment} />
      </Card>
      {reconnecting && <Reconnecting />}
      {until(since) < -SLOW_MS && !reconnecting && <Notice tone="info" title={t.slow}>{t.slowBody}</Notice>}
      <p class="fine">{t.leave}</p>
    </Screen>
  );
}

export function PaymentSteps({ payment }: { payment: Payment }) {
  const order = payment.direction === 'out' ? ORDER : ORDER.slice(1);
  return <Steps steps={viewSteps(order, payment.progress)} />;
}
