// What happened, what is safe, what to do: notices, failures, empty places, and the grey shapes before data.
import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/client';
import { isFailed, type Loaded, type Resource } from '../api/loaded';
import { text } from '../base/text';
import { Button, type Action } from './action';
import { Icon, type IconName } from './icon';
import { explain } from './problems';
import './notice.css';

export type Tone = 'info' | 'good' | 'warn' | 'bad';

const TONE_ICONS: Readonly<Record<Tone, IconName>> = { info: 'info', good: 'check', warn: 'warn', bad: 'warn' };

interface NoticeProps {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: Action | undefined;
}

export function Notice({ tone, title, children, action }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={TONE_ICONS[tone]} />
      <div class="notice-body">
        <p class="notice-title">{title}</p>
        {children && <p class="notice-text">{children}</p>}
        {action && <Button action={action} kind="plain" />}
      </div>
    </div>
  );
}

/** A problem in its own words, with the number to quote when asking for help. */
export function Failure({ problem, retry }: { problem: Problem; retry?: (() => void) | undefined }) {
  const { happened, safe, advice } = explain(problem, text.value);
  const ours = problem.status === 0 || problem.status >= 500;
  return (
    <Notice tone={ours ? 'bad' : 'warn'} title={happened} action={retry && { label: text.value.common.tryAgain, run: retry }}>
      {[safe, advice].filter(Boolean).join(' ')}
      {ours && problem.requestId && <span class="request-id">{text.value.problem.reference(problem.requestId)}</span>}
    </Notice>
  );
}

export interface PlaceProps {
  readonly icon: IconName;
  readonly tone?: Tone;
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** A large mark with a line or two under it: empty lists, ends of journeys. */
export function Place({ icon, tone = 'info', title, children }: PlaceProps) {
  return (
    <div class="place">
      <span class={`mark mark-${tone}`}>
        <Icon name={icon} />
      </span>
      <p class="place-title">{title}</p>
      {children && <p class="place-text">{children}</p>}
    </div>
  );
}

/** Grey shapes with the geometry of what is coming; shown only if it takes long enough to notice. */
export function Skeleton({ rows, hero }: { rows: number; hero?: boolean }) {
  return (
    <div class="skeleton" role="status" aria-label={text.value.common.loading}>
      {hero && <span class="bone bone-hero" />}
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} class="bone-row">
          <span class="bone bone-face" />
          <span class="bone bone-line" style={{ inlineSize: `${62 - (i % 3) * 14}%` }} />
        </span>
      ))}
    </div>
  );
}

/** A whole screen's failure. What is not there is no alarm. */
export function ScreenFailure({ problem, retry }: { problem: Problem; retry: () => void }) {
  if (problem.status !== 404) return <Failure problem={problem} retry={retry} />;
  const { happened, advice } = explain(problem, text.value);
  return (
    <div class="card">
      <Place icon="info" title={happened}>
        {advice}
      </Place>
    </div>
  );
}

/** What shows is as it was at some moment, and could not be had anew. */
export function Stale({ at, retry }: { at: number; retry: () => void }) {
  const t = text.value.common;
  return <Notice tone="warn" title={t.staleTitle} action={{ label: t.tryAgain, run: retry }}>{t.stale(at)}</Notice>;
}

interface LoadProps<T> {
  readonly of: Resource<T>;
  readonly skeleton: ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}

/** Shows a resource in whichever state it is. Stale data stays, with a word about it. */
export function Load<T>({ of, skeleton, children }: LoadProps<T>) {
  const state: Loaded<T> = of.state.value;
  if (state === 'loading') return <>{skeleton}</>;
  if (isFailed(state)) return <ScreenFailure problem={state.problem} retry={() => void of.refresh()} />;
  return (
    <>
      {state.stale && <Stale at={state.at} retry={() => void of.refresh()} />}
      {children(state.ok)}
    </>
  );
}
