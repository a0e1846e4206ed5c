// One short remark at a time, gone by itself.
import { signal } from '@preact/signals';

const SHOWN_MS = 2_200;

export const remark = signal<string | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string): void {
  clearTimeout(timer);
  remark.value = text;
  timer = setTimeout(() => (remark.value = null), SHOWN_MS);
}
