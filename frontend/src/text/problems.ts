// A problem as a person reads it: what happened, what is safe, what to do.
import type { Problem } from '../api/client';
import type { Text } from './en';

export interface Explanation {
  readonly happened: string;
  readonly safe: string | null;
  readonly advice: string;
}

export function explain(problem: Problem, t: Text): Explanation {
  const known = t.problem.known[problem.slug];
  // Only where a tap might have moved money is it worth saying that it did not.
  const safe = problem.unreachable || problem.status >= 500 ? t.problem.safe : null;
  if (known) return { ...known, safe };
  if (problem.status === 404) return { ...(t.problem.known['not-found'] ?? t.problem.unknown), safe };
  if (problem.status === 429) return { ...(t.problem.known['too-many-requests'] ?? t.problem.unknown), safe };
  return { happened: problem.message || t.problem.unknown.happened, advice: t.problem.unknown.advice, safe };
}
