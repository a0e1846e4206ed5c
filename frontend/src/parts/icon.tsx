// Line icons, drawn in the colour of the text around them.
import { PATHS, type IconName } from '../base/icons';
import './icon.css';

export type { IconName };

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
