// The ring and tick of something that is done, drawn once.
import './tick.css';

export function Tick() {
  return (
    <svg class="tick" viewBox="0 0 76 76" aria-hidden="true" focusable="false">
      <circle class="tick-disc" cx="38" cy="38" r="38" />
      <path class="tick-mark" d="m24 39 9.5 9.5L53 28.5" pathLength="1" />
    </svg>
  );
}
