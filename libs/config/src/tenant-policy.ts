import { type Priority } from '#contracts';
import { type Rate } from './rate.js';
import { type Budget, type TenantEntry } from './sections/tenants.js';

/** What a tenant may do, and its share of a busy system. */
export interface TenantPolicy {
  /** The best priority that its messages can have. */
  readonly max_priority: Priority;
  readonly weight: number;
  /** By user; one that is missing has 1. */
  readonly user_weights: ReadonlyMap<string, number>;
  /** Of each of its API keys; undefined: as of every key. */
  readonly rate?: Rate | 'off' | undefined;
  /** Beside `rate`; 0: as many as that names. */
  readonly burst: number;
  /** Most messages of the tenant, and of each of its users, that run at once; 0: any number, undefined: as of every tenant. */
  readonly concurrency?: number | undefined;
  readonly user_concurrency?: number | undefined;
  /** Of the whole tenant; undefined: it may spend what it likes. */
  readonly budget?: Budget | undefined;
  /** Of each of its users. */
  readonly user_budget?: Budget | undefined;
}

/** A tenant of which nothing is configured. */
export const ANY_TENANT: TenantPolicy = {
  max_priority: 'realtime',
  weight: 1,
  user_weights: new Map(),
  burst: 0,
};

export function policiesOf(
  tenants: Readonly<Record<string, TenantEntry>>,
): ReadonlyMap<string, TenantPolicy> {
  const policies = Object.entries(tenants).map(([id, entry]): [string, TenantPolicy] => [
    id,
    { ...entry, user_weights: new Map(Object.entries(entry.user_weights)) },
  ]);
  return new Map(policies);
}
