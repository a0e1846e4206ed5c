// A field to search with.
import { text } from '../base/text';
import { Icon } from './icon';
import './field.css';

interface SearchProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function Search({ label, placeholder, value, onChange }: SearchProps) {
  return (
    <div class="card search" role="search">
      <span class="search-icon"><Icon name="search" /></span>
      <label>
        <span class="hidden-visually">{label}</span>
        <input
          type="text" inputMode="search" enterkeyhint="search" autocomplete="off" autocapitalize="none" spellcheck={false} dir="auto"
          placeholder={placeholder} value={value} maxLength={255} onInput={(event) => onChange(event.currentTarget.value)}
        />
      </label>
      {value !== '' && (
        <button type="button" class="icon-button" aria-label={text.value.common.clear} onClick={() => onChange('')}>
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}
