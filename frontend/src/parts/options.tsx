// One of several, each with a sentence about it; and a question asked before something that is not taken back easily.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button } from './action';
import './chips.css';
import './options.css';

export interface Option<T extends string> {
  readonly value: T;
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
}

interface OptionsProps<T extends string> {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
}

export function Options<T extends string>({ label, value, options, onChange }: OptionsProps<T>) {
  const name = useId();
  return (
    <fieldset class="card options">
      <legend class="hidden-visually">{label}</legend>
      <p class="section-title" aria-hidden="true">{label}</p>
      {options.map((option) => (
        <label key={option.value} class="row option">
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span class="row-main">
            <span class="row-title">{option.title}</span>
            {option.detail && <span class="row-detail">{option.detail}</span>}
          </span>
          <span class="option-mark" aria-hidden="true" />
        </label>
      ))}
    </fieldset>
  );
}

interface ChipsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** A choice of many, in one line that scrolls. */
export function ChipChoice<T extends string>({ label, value, options, onChange }: ChipsProps<T>) {
  const name = useId();
  return (
    <fieldset class="chip-choice">
      <legend class="hidden-visually">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="chip chip-option">
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface AskFirstProps {
  /** On the button that brings the question up. */
  readonly label: string;
  readonly kind?: 'soft' | 'danger';
  readonly title: string;
  readonly body: string;
  readonly confirm?: string;
  /** On the button that lets it be. */
  readonly keep: string;
  readonly busy?: boolean;
  readonly onConfirm: () => void;
}

export function AskFirst({ label, kind = 'danger', title, body, confirm = label, keep, busy = false, onConfirm }: AskFirstProps) {
  const [asking, setAsking] = useState(false);
  const question = useRef<HTMLElement>(null);
  // It may open under the buttons at the bottom, and whoever does not see it must hear it.
  useEffect(() => {
    question.current?.scrollIntoView({ block: 'center' });
    question.current?.focus({ preventScroll: true });
  }, [asking]);
  if (!asking) return <Button kind={kind} action={{ label, run: () => setAsking(true), busy }} />;
  const run = () => {
    setAsking(false);
    onConfirm();
  };
  return (
    <section ref={question} tabIndex={-1} class="card stack question" role="alertdialog" aria-label={title}>
      <h2 class="place-title">{title}</h2>
      <p class="quiet">{body}</p>
      <div class="button-pair">
        <Button kind="soft" action={{ label: keep, run: () => setAsking(false) }} />
        <Button kind={kind === 'danger' ? 'danger' : 'primary'} action={{ label: confirm, run, busy }} />
      </div>
    </section>
  );
}
