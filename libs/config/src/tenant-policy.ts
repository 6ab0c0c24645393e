import { type Priority } from '#contracts';
import { type TenantEntry } from './sections/tenants.js';

/** What a tenant may do, and its share of a busy system. */
export interface TenantPolicy {
  /** The best priority that its messages can have. */
  readonly max_priority: Priority;
  readonly weight: number;
  /** By user; one that is missing has 1. */
  readonly user_weights: ReadonlyMap<string, number>;
}

/** A tenant of which nothing is configured. */
export const ANY_TENANT: TenantPolicy = { max_priority: 'realtime', weight: 1, user_weights: new Map() };

export function policiesOf(
  tenants: Readonly<Record<string, TenantEntry>>,
): ReadonlyMap<string, TenantPolicy> {
  const policies = Object.entries(tenants).map(([id, entry]): [string, TenantPolicy] => [
    id,
    { ...entry, user_weights: new Map(Object.entries(entry.user_weights)) },
  ]);
  return new Map(policies);
}
