// A figure one can type, paste or tap in. The input is real, so that keyboards and screen readers work; the keypad
// spares phones the system keyboard, which would push half the screen away.
import { useEffect, useRef } from 'preact/hooks';
import { edited, isOpen, shown } from '../base/amount';
import { telegram } from '../base/telegram';
import { amountText } from './amount.words';
import { Icon } from './icon';
import { Unread, useWhole } from './unread';
import './keypad.css';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0', 'erase'] as const;
type Key = (typeof KEYS)[number];

/** The field after a key, or the same if the key cannot follow. A point here is a point. */
export function typeKey(entry: string, key: Key, decimals: number): string {
  const before = shown(entry);
  const unit = { asset: '', decimals };
  if (key === 'erase') return edited(entry, before.slice(0, -1), unit) ?? '';
  if (key === '.' && entry === '' && decimals > 0) return '0.';
  // One point is enough for a figure; a text that is none yet is read as a whole.
  if (key === '.' && before.includes('.') && !isOpen(entry)) return entry;
  return edited(entry, before + key, unit) ?? entry;
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
  const written = shown(value);
  const fit = written.length <= 6 ? '' : written.length <= 10 ? ' long' : ' longest';
  const whole = useWhole({ asset: unit, decimals }, value, onChange);
  useEffect(() => {
    // A keyboard, where there is one, types straight into the figure.
    const focus = (event: KeyboardEvent) => {
      if (/^[\d.,]$|^Backspace$/.test(event.key) && document.activeElement?.tagName !== 'INPUT') input.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const open = isOpen(value);
  return (
    <>
      <label class={`figure-input${fit}${invalid || open ? ' invalid' : ''}`}>
        <span class="hidden-visually">{label}</span>
        <span class="figure" aria-hidden="true">
          <bdi dir="ltr">
            {value === '' ? <span class="fraction">0</span> : written}
            {!open && <span class="unit">{`\u00a0${unit}`}</span>}
          </bdi>
        </span>
        <input
          ref={input}
          type="text"
          inputMode="none"
          autocomplete="off"
          value={written}
          aria-invalid={invalid || open}
          aria-describedby={open ? 'unread' : describedBy}
          {...whole}
        />
      </label>
      <Unread entry={value} unit={{ asset: unit, decimals }} onChange={onChange} />
    </>
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
    <div class="keypad" dir="ltr" role="group" aria-label={amountText.value.keypad}>
      {KEYS.map((key) => (
        <button key={key} type="button" class="key" aria-label={key === 'erase' ? amountText.value.erase : undefined} onClick={() => press(key)}>
          {key === 'erase' ? <Icon name="erase" /> : key}
        </button>
      ))}
    </div>
  );
}
