import { describe, expect, it } from 'vitest';
import { viewSteps } from './steps';

const ORDER = ['submitted', 'seen', 'confirmed', 'final'] as const;
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const step = (state: 'created' | 'submitted' | 'seen' | 'confirmed' | 'final', second: number, block: number | null = null) => ({ state, at: at(second), block });
const states = (steps: ReturnType<typeof viewSteps>) => steps.map((s) => s.state);

describe('the steps of a payment', () => {
  it('count time from the signature', () => {
    const steps = viewSteps(ORDER, [step('created', 0), step('submitted', 4), step('seen', 5), step('confirmed', 7, 12)]);
    expect(steps.map((s) => s.seconds)).toEqual(['0.0 s', '1.0 s', '3.0 s', null]);
    expect(states(steps)).toEqual(['done', 'done', 'done', 'now']);
  });

  it('know of the signature before the service does', () => {
    expect(states(viewSteps(ORDER, [step('created', 0)]))).toEqual(['done', 'now', 'next', 'next']);
  });

  it('take a later step as proof of the earlier ones', () => {
    expect(states(viewSteps(ORDER, [step('created', 0), step('final', 9, 40)]))).toEqual(['done', 'done', 'done', 'done']);
  });

  it('begin with the chain for money that comes in', () => {
    expect(states(viewSteps(ORDER.slice(1), [step('seen', 1)]))).toEqual(['done', 'now', 'next']);
  });
});
