// The time, once a second, for as long as somebody looks.
import { signal } from '@preact/signals';

let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since the epoch. */
export const now = signal(Date.now(), {
  watched() {
    now.value = Date.now();
    timer = setInterval(() => (now.value = Date.now()), 1_000);
  },
  unwatched() {
    clearInterval(timer);
  },
});
