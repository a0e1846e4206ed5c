// A thin line of suggestions for newcomers. Each ticks itself off when it has really happened, however it happened.

import { useSignal } from '@preact/signals';
import { Icon } from '../icons';
import { keep, recall } from '../keep';
import { cast, nameOf } from '../people';
import { steps } from '../text';
import { connected, greeted, happenings, left, movements, right } from './state';
import './Steps.css';

interface Step {
  readonly name: string;
  readonly hint: string;
  readonly done: boolean;
}

export function Steps() {
  const hidden = useSignal(recall('steps') === 'hidden');
  if (hidden.value) return null;
  const all = stepsNow();
  const current = all.findIndex((step) => !step.done);
  const dismiss = () => {
    hidden.value = true;
    keep('steps', 'hidden');
  };
  return (
    <aside class="steps" aria-label={steps.title}>
      <ol>
        {all.map((step, at) => (
          <li key={step.name} data-done={step.done} aria-current={at === current ? 'step' : undefined}>
            <b>{step.done ? <Icon name="check" /> : at + 1}</b>
            <span>{step.name}</span>
          </li>
        ))}
      </ol>
      <p role="status">{all[current]?.hint ?? steps.done}</p>
      <button type="button" class="bare" aria-label={steps.dismiss} onClick={dismiss}><Icon name="cross" /></button>
    </aside>
  );
}

function stepsNow(): readonly Step[] {
  const [one, other] = [nameOf(left.value), nameOf(right.value)];
  const people = new Set(cast.value.flatMap((member) => [member.person, member.name]));
  const paid = movements.value.some(
    ({ status, who }) => status === 'final' && people.has(who.from ?? '') && people.has(who.to ?? '') && who.from !== who.to,
  );
  return [
    { ...steps.start, hint: steps.start.hint(one), done: greeted.value.has(left.value) },
    { ...steps.connect, hint: steps.connect.hint(one, other), done: connected.value.has(left.value) && connected.value.has(right.value) },
    { ...steps.pay, hint: steps.pay.hint(one, other), done: paid },
    { ...steps.sell, hint: steps.sell.hint(one), done: happenings.value.some((event) => event.type === 'invoice.paid') },
  ];
}
