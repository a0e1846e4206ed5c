// Money on its way: each step as the chain takes it. Safe to leave.
import type { Payment, Step } from '../../api/types';
import { until } from '../../base/clock';
import { text } from '../../base/text';
import { elapsed } from '../../base/text/when';
import { counterparty, PartyFace } from '../../flows/ledger';
import { Card } from '../../parts/card';
import { Amount } from '../../parts/money';
import { Notice } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { Steps, type StepView } from '../../parts/steps';
import { land } from '../../router';
import { Reconnecting } from './payment';

const ORDER = ['submitted', 'seen', 'confirmed', 'final'] as const;
type Shown = (typeof ORDER)[number];
/** A signed payment that the chain has not shown after this long deserves a word. */
const SLOW_MS = 60_000;

export function Sending({ payment, reconnecting }: { payment: Payment; reconnecting: boolean }) {
  const t = text.value.progress;
  const other = counterparty(payment);
  const name = other?.name ?? text.value.receipt.unknown;
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

/** Steps with their times; a later step implies the earlier ones, even if nobody saw them happen. */
export function viewSteps(order: readonly Shown[], progress: readonly Pick<Step, 'state' | 'at' | 'block'>[]): StepView[] {
  const reached = order.reduce((last, state, i) => (progress.some((s) => s.state === state) ? i : last), -1);
  const times = elapsed(order.map((state) => progress.find((s) => s.state === state)?.at ?? null));
  // A wallet's signature is known here before the service records it.
  const done = Math.max(reached, order[0] === 'submitted' ? 0 : -1);
  return order.map((state, i) => {
    const block = progress.find((s) => s.state === state)?.block ?? null;
    const seconds = times[i] ?? null;
    return {
      ...words(state, block, i <= done),
      state: i <= done ? 'done' : i === done + 1 ? 'now' : 'next',
      seconds: seconds && text.value.progress.seconds(seconds),
    };
  });
}

function words(state: Shown, block: number | null, done: boolean): { title: string; detail: string } {
  const t = text.value.progress;
  switch (state) {
    case 'submitted':
      return { title: t.submitted, detail: t.submittedBody };
    case 'seen':
      return { title: t.seen, detail: t.seenBody };
    case 'confirmed':
      return { title: t.confirmed, detail: t.confirmedBody(block) };
    case 'final':
      return { title: t.final, detail: done ? t.finalBody(block) : t.finalNext };
  }
}
