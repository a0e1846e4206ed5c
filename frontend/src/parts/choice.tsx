// Small choices: a segmented control, a switch, a text field.
import { useId } from 'preact/hooks';
import './choice.css';
import './field.css';

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="hidden-visually">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="segment">
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly detail?: string | undefined;
  readonly on: boolean;
  readonly busy?: boolean;
  readonly onChange: (on: boolean) => void;
}

export function Switch({ label, detail, on, busy = false, onChange }: SwitchProps) {
  return (
    <label class="row switch-row">
      <span class="row-main">
        <span class="row-title">{label}</span>
        {detail && <span class="row-detail">{detail}</span>}
      </span>
      <input type="checkbox" role="switch" class="switch" checked={on} disabled={busy} onChange={(event) => onChange(event.currentTarget.checked)} />
    </label>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly maxLength: number;
  readonly onChange: (value: string) => void;
}

export function Field({ label, value, placeholder, maxLength, onChange }: FieldProps) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input
        type="text" value={value} placeholder={placeholder} maxLength={maxLength} autocomplete="off" dir="auto"
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
