// Money on its way, step by step as the chain takes it.
import type { Step } from '../api/types';
import { elapsed } from '../base/text/when';
import type { StepView } from '../parts/steps';
import { flowText } from './words';

type Shown = 'submitted' | 'seen' | 'confirmed' | 'final';

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
      seconds: seconds && flowText.value.progress.seconds(seconds),
    };
  });
}

function words(state: Shown, block: number | null, done: boolean): { title: string; detail: string } {
  const t = flowText.value.progress;
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
