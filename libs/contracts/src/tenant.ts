/** The tenant of every caller while no API keys are configured. */
export const DEFAULT_TENANT = 'default';

export const SCOPES = ['read', 'write', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** Who calls: every read and every write carries the tenant. */
export interface Caller {
  readonly tenantId: string;
  /** The key's name in the configuration; `anonymous` without keys. */
  readonly keyName: string;
  readonly scopes: readonly Scope[];
}
