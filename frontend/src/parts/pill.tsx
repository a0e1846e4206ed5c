// A word in a capsule.
import { text } from '../base/text';
import './pill.css';

export function SandboxPill() {
  return (
    <span class="pill">
      <span class="pill-dot" aria-hidden="true" />
      {text.value.common.sandbox}
    </span>
  );
}
