// Something one can do, and the button that does it.
import { telegram } from '../base/telegram';
import './action.css';

export interface Action {
  readonly label: string;
  readonly run: () => void;
  readonly disabled?: boolean;
  readonly busy?: boolean;
}

interface ButtonProps {
  readonly action: Action;
  readonly kind: 'primary' | 'soft' | 'plain' | 'danger';
}

export function Button({ action, kind }: ButtonProps) {
  const { label, disabled = false, busy = false } = action;
  const run = () => {
    telegram?.haptic('tap');
    action.run();
  };
  return (
    <button type="button" class={`button button-${kind}`} disabled={disabled || busy} aria-busy={busy} onClick={run}>
      {busy && <span class="spinner" aria-hidden="true" />}
      {label}
    </button>
  );
}
