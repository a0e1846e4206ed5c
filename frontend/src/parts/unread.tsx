// What every amount field shares: taking a text that comes as a whole, and asking where it can mean two things.
import { edited, isOpen, read, shown, taken, type Unit } from '../base/amount';
import { figure, parse } from '../base/money';
import { amountText } from './amount.words';
import './unread.css';
import './chips.css';

interface Taking {
  readonly onInput: (event: { readonly currentTarget: HTMLInputElement }) => void;
  readonly onPaste: (event: ClipboardEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** Handlers for an amount's input. What is pasted or dropped takes the place of what stood there: two figures side by side are a third. */
export function useWhole(unit: Unit, entry: string, onChange: (entry: string) => void): Taking {
  const take = (event: Event, given: string | undefined) => {
    if (!given) return;
    event.preventDefault();
    onChange(taken(given, unit));
  };
  return {
    onInput: ({ currentTarget: input }) => {
      const next = edited(entry, input.value, unit);
      // What the field shows is what was taken, also where that is the same as before.
      input.value = shown(next ?? entry);
      if (next !== null) onChange(next);
    },
    onPaste: (event) => take(event, event.clipboardData?.getData('text')),
    onDrop: (event) => take(event, event.dataTransfer?.getData('text')),
  };
}

interface UnreadProps {
  readonly entry: string;
  readonly unit: Unit;
  readonly onChange: (entry: string) => void;
}

/** Under the field: why what was written is no figure, or the figures it may mean, to choose from. */
export function Unread({ entry, unit, onChange }: UnreadProps) {
  if (!isOpen(entry)) return null;
  const reading = read(shown(entry), unit);
  const either = 'either' in reading ? reading.either : [];
  return (
    <div id="unread" class="unread" role="alert">
      <p class="amount-hint error">{either.length > 0 ? amountText.value.which : wordsFor(reading, unit)}</p>
      {either.length > 0 && (
        <div class="chips">
          {either.map((meant) => (
            <button key={meant} type="button" class="chip" onClick={() => onChange(meant)}>
              <bdi dir="ltr">{spelled(meant, unit)}</bdi>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function wordsFor(reading: ReturnType<typeof read>, { asset, decimals }: Unit): string {
  switch ('error' in reading ? reading.error : 'malformed') {
    case 'too_precise':
      return amountText.value.tooPrecise(decimals);
    case 'too_large':
      return amountText.value.tooLarge;
    case 'other_unit':
      return amountText.value.otherUnit(asset);
    default:
      return amountText.value.malformed;
  }
}

/** Grouped as everywhere, and with every digit that was written: `1 000 USDT`, `1.000 USDT`. */
function spelled(meant: string, { asset, decimals }: Unit): string {
  const [, fraction = ''] = meant.split('.');
  const parsed = parse(meant, decimals);
  if ('error' in parsed) return meant;
  const { whole, fraction: digits } = figure(parsed.ok, decimals, Math.min(fraction.length, decimals));
  return `${whole}${digits}\u00a0${asset}`;
}
