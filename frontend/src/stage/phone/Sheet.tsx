// Whatever rises over a phone: sheets from below and dialogs in the middle, both modal, both left by Escape.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './Sheet.css';

interface SheetProps {
  readonly kind: 'sheet' | 'dialog';
  readonly label: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

export function Sheet({ kind, label, close, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-label={label}
      onCancel={(event) => { event.preventDefault(); close(); }}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}
