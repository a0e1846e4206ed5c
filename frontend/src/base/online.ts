// Whether the browser believes that there is a network.
import { signal } from '@preact/signals';

export const online = signal(navigator.onLine);
addEventListener('online', () => (online.value = true));
addEventListener('offline', () => (online.value = false));
