// A payment's way through the network, step by step, with the time each took.
import { text } from '../base/text';
import { Icon } from './icon';
import './steps.css';

export interface StepView {
  readonly title: string;
  readonly detail: string;
  readonly state: 'done' | 'now' | 'next';
  /** Seconds since the first step; null while it has not happened. */
  readonly seconds: string | null;
}

export function Steps({ steps }: { steps: readonly StepView[] }) {
  const current = steps.find((s) => s.state === 'now') ?? steps[steps.length - 1];
  return (
    <>
      <p class="hidden-visually" role="status" aria-live="polite">
        {current?.title}
      </p>
      <ol class="steps">
        {steps.map(({ title, detail, state, seconds }) => (
          <li key={title} class={`step step-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
            <span class="step-mark">{state === 'now' ? <span class="spinner" aria-hidden="true" /> : <Icon name="check" />}</span>
            <span class="row-main">
              <span class="row-title">
                {title}
                <span class="hidden-visually">{text.value.common.stateOf(state)}</span>
              </span>
              <span class="row-detail">{detail}</span>
            </span>
            {seconds !== null && <span class="step-time">{seconds}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
