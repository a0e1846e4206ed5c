// What a store has taken in the last days, as the service's books have it.
import { time } from '../../../base/clock';
import { current } from '../../../flows/session';
import { getReport } from '../verbs';
import { dateOf, lastDays, offsetOf, sums, type Sum } from './sums';

export async function reportOf(store: string, days: number): Promise<readonly Sum[]> {
  const now = time();
  const starts = lastDays(now, days);
  const report = await getReport(store, { kind: 'payment', from: dateOf(starts[0] ?? now), utc_offset: offsetOf(now) });
  return sums(report.days, starts, current().info.assets);
}
