// Before the first answer: the shape of home, or why there is none.
import type { Problem } from './api/client';
import { telegram } from './base/telegram';
import { text } from './base/text';
import { session } from './flows/session';
import { Failure, Place, Skeleton } from './parts/notice';
import { explain } from './parts/problems';
import { Screen } from './parts/screen';

export function Boot() {
  return (
    <Screen title={text.value.common.loading} quietTitle>
      <section class="card">
        <Skeleton hero rows={0} />
      </section>
      <section class="card">
        <Skeleton rows={4} />
      </section>
    </Screen>
  );
}

export function SignInFailed({ problem }: { problem: Problem }) {
  const t = text.value.session;
  if (problem.status === 401 || problem.status === 403) {
    const { happened, advice } = explain(problem, text.value);
    return (
      <Screen title={happened} quietTitle primary={{ label: t.close, run: () => telegram?.close() }}>
        <Place icon="clock" title={happened}>
          {advice}
        </Place>
      </Screen>
    );
  }
  return (
    <Screen title={t.title}>
      <Failure problem={problem} retry={() => void session.refresh()} />
    </Screen>
  );
}
