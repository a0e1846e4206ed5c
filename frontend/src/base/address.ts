// TON addresses for the eye and for comparison. Whether one is valid is the service's to say.

/** Whether two addresses, each raw (`0:…`) or user-friendly (`UQ…`), name the same account. */
export function sameAccount(a: string, b: string): boolean {
  const x = rawOf(a);
  return x !== null && x === rawOf(b);
}

/** `0:<hex>` of either form, or null. The checksum is not verified: nothing is sent by this. */
export function rawOf(address: string): string | null {
  if (/^-?\d{1,3}:[0-9a-f]{64}$/i.test(address)) return address.toLowerCase();
  if (!/^[A-Za-z0-9_+/-]{48}$/.test(address)) return null;
  const bytes = atob(address.replace(/-/g, '+').replace(/_/g, '/'));
  const hex = Array.from(bytes, (c) => c.charCodeAt(0).toString(16).padStart(2, '0'));
  const workchain = bytes.charCodeAt(1) === 0xff ? '-1' : bytes.charCodeAt(1).toString();
  return `${workchain}:${hex.slice(2, 34).join('')}`;
}

/** Enough of both ends to tell addresses apart, even ones made to look alike. */
export function shorten(address: string): string {
  return address.length > 20 ? `${address.slice(0, 6)}…${address.slice(-6)}` : address;
}
