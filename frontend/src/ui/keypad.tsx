// A figure one can type, paste or tap in. The input is real, so that keyboards and screen readers work; the keypad
// spares phones the system keyboard, which would push half the screen away.
import { useEffect, useRef } from 'preact/hooks';
import { telegram } from '../telegram';
import { text } from '../text';
import { Icon } from './icon';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0', 'erase'] as const;
type Key = (typeof KEYS)[number];

/** The figure after a key, or the same figure if the key cannot follow. */
export function typeKey(figure: string, key: Key, decimals: number): string {
  if (key === 'erase') return figure.slice(0, -1);
  return clean(figure + (key === '.' && figure === '' ? '0.' : key), decimals) ?? figure;
}

/** What was typed or pasted as a figure we can show, or null if it is no amount. Grouping spaces and commas are dropped. */
export function clean(raw: string, decimals: number): string | null {
  const trimmed = raw.replace(/[\s']/g, '');
  const point = trimmed.includes('.') ? trimmed.replace(/,/g, '') : trimmed.replace(',', '.');
  const match = /^(\d{0,15})(\.\d*)?$/.exec(point);
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length - 1 > decimals) return null;
  return whole.replace(/^0+(?=\d)/, '') + fraction;
}

interface FigureInputProps {
  readonly value: string;
  readonly unit: string;
  readonly decimals: number;
  readonly label: string;
  readonly invalid: boolean;
  readonly describedBy: string;
  readonly onChange: (value: string) => void;
}

export function FigureInput({ value, unit, decimals, label, invalid, describedBy, onChange }: FigureInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const fit = value.length <= 6 ? '' : value.length <= 10 ? ' long' : ' longest';
  useEffect(() => {
    // A keyboard, where there is one, types straight into the figure.
    const focus = (event: KeyboardEvent) => {
      if (/^[\d.,]$|^Backspace$/.test(event.key) && document.activeElement?.tagName !== 'INPUT') input.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <label class={`figure-input${fit}${invalid ? ' invalid' : ''}`}>
      <span class="hidden-visually">{label}</span>
      <span class="figure" aria-hidden="true">
        <bdi dir="ltr">
          {value === '' ? <span class="fraction">0</span> : value}
          <span class="unit">{`\u00a0${unit}`}</span>
        </bdi>
      </span>
      <input
        ref={input}
        type="text"
        inputMode="none"
        autocomplete="off"
        value={value}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        onInput={(event) => {
          const next = clean(event.currentTarget.value, decimals);
          if (next === null) event.currentTarget.value = value;
          else onChange(next);
        }}
      />
    </label>
  );
}

interface KeypadProps {
  readonly value: string;
  readonly decimals: number;
  readonly onChange: (value: string) => void;
}

export function Keypad({ value, decimals, onChange }: KeypadProps) {
  const press = (key: Key) => {
    telegram?.haptic('select');
    onChange(typeKey(value, key, decimals));
  };
  return (
    <div class="keypad" dir="ltr" role="group" aria-label={text.value.amount.keypad}>
      {KEYS.map((key) => (
        <button key={key} type="button" class="key" aria-label={key === 'erase' ? text.value.amount.erase : undefined} onClick={() => press(key)}>
          {key === 'erase' ? <Icon name="erase" /> : key}
        </button>
      ))}
    </div>
  );
}
