// A word in a capsule.
import { text } from '../base/text';

export function SandboxPill() {
  return (
    <span class="pill">
      <span class="pill-dot" aria-hidden="true" />
      {text.value.common.sandbox}
    </span>
  );
}
