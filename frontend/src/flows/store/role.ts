// What a role may do, as the service has it: what somebody may not do is not offered to them.
import type { Role } from '../../api/types';

export type Area = 'invoices' | 'refunds' | 'unmatched' | 'keys' | 'members' | 'webhooks' | 'payout';

const WRITES: Readonly<Record<Role, ReadonlySet<Area>>> = {
  owner: new Set<Area>(['invoices', 'refunds', 'unmatched', 'keys', 'members', 'webhooks', 'payout']),
  manager: new Set<Area>(['invoices', 'refunds', 'unmatched']),
  support: new Set<Area>(),
};
const READS: Readonly<Record<Role, ReadonlySet<Area>>> = {
  owner: WRITES.owner,
  manager: new Set<Area>(['invoices', 'refunds', 'unmatched', 'keys', 'members', 'webhooks', 'payout']),
  support: new Set<Area>(['invoices', 'refunds', 'unmatched']),
};

export const ROLES = Object.keys(WRITES) as readonly Role[];

export function mayWrite(role: Role, area: Area): boolean {
  return WRITES[role].has(area);
}

export function mayRead(role: Role, area: Area): boolean {
  return READS[role].has(area);
}
