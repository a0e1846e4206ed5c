// The chain panel's rows: one per transaction, however often the world speaks of it.

export type Status = 'pending' | 'confirmed' | 'final';

export interface Movement {
  readonly hash: string;
  readonly lt: string | null;
  readonly account: string;
  readonly status: Status;
  readonly block: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly amount: string | null;
  readonly asset: string | null;
  readonly comment: string | null;
  readonly label: string | null;
  readonly who: { readonly from: string | null; readonly to: string | null };
}

const MOST = 60;

/** Newest first. A transaction is told once per status; its row stays where it first appeared. */
export function merged(rows: readonly Movement[], next: Movement): readonly Movement[] {
  const at = rows.findIndex((row) => row.hash === next.hash);
  if (at < 0) return [next, ...rows].slice(0, MOST);
  return rows.map((row, index) => (index === at ? { ...row, ...next } : row));
}
