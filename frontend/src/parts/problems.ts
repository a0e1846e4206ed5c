// A problem as a person reads it: what happened, what is safe, what to do.
import type { Problem } from '../api/client';
import type { Text } from '../base/text/en';

export interface Sentence {
  readonly happened: string;
  readonly advice: string;
}

export interface Explanation extends Sentence {
  readonly safe: string | null;
}

let more: Readonly<Record<string, Sentence | undefined>> = {};

/** Sentences that come with a part of the app, for problems that only that part meets. In another language they come again. */
export function learn(sentences: Readonly<Record<string, Sentence>>): void {
  more = { ...more, ...sentences };
}

export function explain(problem: Problem, t: Text): Explanation {
  const sentences: Readonly<Record<string, Sentence | undefined>> = t.problem.known;
  const known = more[problem.slug] ?? sentences[problem.slug];
  // Only where a tap might have moved money is it worth saying that it did not.
  const safe = problem.unreachable || problem.status >= 500 ? t.problem.safe : null;
  if (known) return { ...known, safe };
  // Whatever the service finds wrong with a sign-in, Telegram has to make a new one.
  if (problem.status === 401) return { happened: t.session.expired, advice: t.session.expiredBody, safe };
  if (problem.status === 404) return { ...t.problem.known['not-found'], safe };
  if (problem.status === 429) return { ...t.problem.known['too-many-requests'], safe };
  return { happened: problem.message || t.problem.unknown.happened, advice: t.problem.unknown.advice, safe };
}
