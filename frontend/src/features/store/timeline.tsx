// What was seen of an invoice and what was decided, line by line, with the proof on the chain.
import { format } from '../../base/money';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { Facts, Section } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Icon } from '../../parts/icon';
import { momentOf } from './status';
import type { Mark, TimelineEntry } from './types';
import { words } from './words';
import './timeline.css';

const TONES: Partial<Record<Mark, string>> = { paid: 'timeline-good', accepted: 'timeline-good', late: 'timeline-warn', unpriced: 'timeline-warn', stars: 'timeline-good', stars_late: 'timeline-warn', unmatched: 'timeline-warn', gone: 'timeline-warn' };

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const t = words.value;
  return (
    <Section title={t.invoice.timeline}>
      <ol class="timeline">
        {entries.map((entry) => (
          <li key={entry.n} class={`timeline-line ${TONES[entry.kind] ?? ''}`}>
            <p class="timeline-head">
              {t.invoice.mark[entry.kind]}
              <time dateTime={entry.at}>{momentOf(entry.at)}</time>
            </p>
            <p class="timeline-rule">{t.invoice.rule[entry.kind]}</p>
            {entry.rate && <p class="timeline-rule"><bdi dir="ltr">{entry.rate}</bdi></p>}
            {entry.payment && <Proof payment={entry.payment} />}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Proof({ payment }: { payment: NonNullable<TimelineEntry['payment']> }) {
  const t = words.value;
  return (
    <details>
      <summary>{`${format(payment.money)} · ${t.block} ${payment.block}`}<span class="chevron"><Icon name="forward" /></span></summary>
      <Facts
        facts={[
          { name: t.when, value: dayAndTime(payment.at, language.value) },
          { name: t.logicalTime, value: <Address value={payment.lt} label={t.logicalTime} /> },
          { name: t.transaction, value: <Address value={payment.hash} label={t.transaction} /> },
        ]}
      />
    </details>
  );
}
