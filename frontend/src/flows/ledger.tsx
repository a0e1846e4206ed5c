// Payments as lines, grouped by day.
import type { Party, Payment } from '../api/types';
import { time } from '../base/clock';
import { language, text } from '../base/text';
import { clockTime, dayName } from '../base/text/when';
import { Avatar } from '../parts/avatar';
import { Row, Section } from '../parts/card';
import { Amount } from '../parts/money';
import { push } from '../router';
import { ledgerText } from './ledger.words';

export function Ledger({ payments }: { payments: readonly Payment[] }) {
  const days = byDay(payments);
  return (
    <>
      {days.map(([day, ofDay]) => (
        <Section key={day} title={day}>
          {ofDay.map((payment) => (
            <PaymentRow key={payment.id} payment={payment} />
          ))}
        </Section>
      ))}
    </>
  );
}

function PaymentRow({ payment }: { payment: Payment }) {
  const other = counterparty(payment);
  const dead = payment.status === 'expired' || payment.status === 'cancelled';
  return (
    <Row
      lead={<PartyFace party={other} />}
      title={other?.name ?? ledgerText.value.unknown}
      detail={describe(payment)}
      trail={
        <span class={dead ? 'struck' : undefined}>
          <Amount money={payment.money} size="row" direction={payment.direction} maxFraction={4} />
        </span>
      }
      onPress={() => push({ name: 'payment', id: payment.id })}
    />
  );
}

export function PartyFace({ party, size = 'small' }: { party: Party | null; size?: 'small' | 'large' }) {
  const icon = party === null || party.kind === 'address' ? 'wallet' : undefined;
  return <Avatar name={party?.name ?? '?'} size={size} icon={icon} />;
}

export function counterparty(payment: Payment): Party | null {
  return payment.direction === 'out' ? payment.to : payment.from;
}

/** What still happens to it, else what it was for; then the time. */
function describe(payment: Payment): string {
  const t = ledgerText.value;
  const status = t.status[payment.status];
  // The service may be newer than this page: what it names that has no words here is a payment.
  const kinds: Readonly<Record<string, string>> = t.kind;
  const about = payment.note ?? payment.purpose.description ?? kinds[payment.purpose.kind] ?? t.kind.send;
  return `${status || about} · ${clockTime(payment.created_at, language.value)}`;
}

function byDay(payments: readonly Payment[]): [string, Payment[]][] {
  const days = new Map<string, Payment[]>();
  for (const payment of payments) {
    const day = dayName(payment.created_at, time(), language.value, text.value);
    days.set(day, [...(days.get(day) ?? []), payment]);
  }
  return [...days];
}
