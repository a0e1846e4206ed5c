// Before the first answer: the shape of home, or why there is none.
import type { Problem } from '../api/client';
import { session } from '../state/session';
import { telegram } from '../telegram';
import { text } from '../text';
import { Failure, Place, Skeleton } from '../ui/notice';
import { Screen } from '../ui/screen';

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
    return (
      <Screen title={t.expired} quietTitle primary={{ label: t.close, run: () => telegram?.close() }}>
        <Place icon="clock" title={t.expired}>
          {t.expiredBody}
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
