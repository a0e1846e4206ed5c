// Addresses and hashes: shortened to read, whole to copy.
import { useState } from 'preact/hooks';
import { shorten } from '../base/address';
import { telegram } from '../base/telegram';
import { text } from '../base/text';
import { toast } from '../base/toast';
import { Icon } from './icon';
import './copy.css';

/** Copies, or says that it could not: the clipboard may be forbidden in a frame. */
export async function copy(value: string): Promise<void> {
  const done = await writeClipboard(value);
  telegram?.haptic(done ? 'select' : 'warning');
  toast(done ? text.value.common.copied : text.value.common.notCopied);
}

async function writeClipboard(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return copyBySelection(value);
  }
}

/** The old way still works in frames where the new one is not permitted. */
function copyBySelection(value: string): boolean {
  const area = document.createElement('textarea');
  area.value = value;
  area.className = 'hidden-visually';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

interface AddressProps {
  readonly value: string;
  readonly label: string;
  /** Shown whole at once: somebody has to type it. */
  readonly full?: boolean;
}

/** Tap to see all of it, tap the icon to copy. */
export function Address({ value, label, full = false }: AddressProps) {
  const [whole, setWhole] = useState(full);
  const t = text.value.common;
  return (
    <span class="address">
      <button type="button" class="address-text" aria-expanded={whole} aria-label={t.showWhole(label)} onClick={() => setWhole(!whole)}>
        <bdi dir="ltr">{whole ? value : shorten(value)}</bdi>
      </button>
      <button type="button" class="icon-button" aria-label={t.copyThis(label)} onClick={() => void copy(value)}>
        <Icon name="copy" />
      </button>
    </span>
  );
}
