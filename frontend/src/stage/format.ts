// Figures, times and addresses as people read them. Nothing here turns an amount into a Number.

const SPACE = '\u2009';

/** `48 112` with thin spaces. */
export function grouped(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, SPACE);
}

/** `UQAb…4q2x`; `0:1f2e…9a0b` for raw ones. */
export function short(address: string): string {
  return address.length <= 12 ? address : `${address.slice(0, address.startsWith('0:') ? 6 : 4)}…${address.slice(-4)}`;
}

export function clock(at: string | Date): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** `4:59` */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${(left % 60).toString().padStart(2, '0')}`;
}

/** A plain decimal grouped and without trailing zeros: `1250.50` → `1 250.5`. */
export function amount(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  const kept = fraction.replace(/0+$/, '');
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, SPACE) + (kept && `.${kept}`);
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
