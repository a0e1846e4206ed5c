// Cards, rows and the label-value lists inside them.
import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import './card.css';

export function Card({ label, children }: { label?: string; children: ComponentChildren }) {
  return (
    <section class="card" aria-label={label}>
      {children}
    </section>
  );
}

/** A card with a small heading, such as a day of activity. */
export function Section({ title, children }: { title: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card">
      <h2 class="section-title">{title}</h2>
      {children}
    </section>
  );
}

interface RowProps {
  readonly lead?: ComponentChildren;
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  readonly trail?: ComponentChildren;
  readonly onPress?: (() => void) | undefined;
}

/** One line of a list; a button when it leads somewhere. */
export function Row({ lead, title, detail, trail, onPress }: RowProps) {
  const content = (
    <>
      {lead}
      <span class="row-main">
        <span class="row-title">{title}</span>
        {detail && <span class="row-detail">{detail}</span>}
      </span>
      {trail !== undefined && <span class="row-trail">{trail}</span>}
    </>
  );
  if (!onPress) return <div class="row">{content}</div>;
  return (
    <button type="button" class="row pressable" onClick={onPress}>
      {content}
    </button>
  );
}

export function Chevron() {
  return (
    <span class="chevron">
      <Icon name="forward" />
    </span>
  );
}

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
}

export function Facts({ facts }: { facts: readonly (Fact | null | false)[] }) {
  return (
    <dl class="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.name} class="fact">
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
