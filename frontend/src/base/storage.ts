// Session storage that may not be there: in a third-party frame any access can throw.

export function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Nothing depends on it: a reload merely starts at the first screen.
  }
}

/** Whether a TON Connect session is stored here, so that its 120 KiB need not be loaded to find out. */
export function hasWalletConnection(): boolean {
  try {
    return localStorage.getItem('ton-connect-storage_bridge-connection') !== null;
  } catch {
    return false;
  }
}
