// A word in a capsule.
import { text } from '../base/text';
import './pill.css';

type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'info';

export function Pill({ tone, children }: { tone: Tone; children: string }) {
  return <span class={tone === 'info' ? 'pill' : `pill pill-${tone}`}>{children}</span>;
}

export function SandboxPill() {
  return (
    <span class="pill">
      <span class="pill-dot" aria-hidden="true" />
      {text.value.common.sandbox}
    </span>
  );
}
