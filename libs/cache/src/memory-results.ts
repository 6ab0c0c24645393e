import { type Clock } from '#runtime';
import {
  type Claim,
  type Look,
  OVERHEAD_BYTES,
  type Place,
  type ResultBounds,
  Results,
  SWEEP,
} from './results.js';

interface Entry {
  readonly text: string;
  readonly bytes: number;
  readonly storedAt: number;
  readonly until: number;
}

interface Tenant {
  /** What was asked for last comes last. */
  readonly entries: Map<string, Entry>;
  /** By key; as many as there are calls under way. */
  readonly claims: Map<string, { readonly token: string; readonly until: number }>;
  bytes: number;
}

/** Answers of one process. */
export class MemoryResults extends Results {
  readonly #tenants = new Map<string, Tenant>();

  constructor(
    private readonly bounds: ResultBounds,
    private readonly clock: Clock,
  ) {
    super();
  }

  look({ tenantId, key }: Place, maxAgeMs: number, claim?: Claim): Promise<Look> {
    const tenant = this.#tenant(tenantId);
    const now = this.clock.now();
    const entry = tenant.entries.get(key);
    if (entry && entry.until <= now) drop(tenant, key);
    else if (entry && now - entry.storedAt <= maxAgeMs) {
      tenant.entries.delete(key);
      tenant.entries.set(key, entry);
      return Promise.resolve({ state: 'hit', text: entry.text, ageMs: now - entry.storedAt });
    }
    if ((tenant.claims.get(key)?.until ?? 0) > now) return Promise.resolve({ state: 'busy' });
    if (claim) tenant.claims.set(key, { token: claim.token, until: now + claim.ms });
    return Promise.resolve({ state: 'free' });
  }

  renew({ tenantId, key }: Place, { token, ms }: Claim): Promise<void> {
    const { claims } = this.#tenant(tenantId);
    const now = this.clock.now();
    const claim = claims.get(key);
    if (claim?.token === token && claim.until > now) claims.set(key, { token, until: now + ms });
    return Promise.resolve();
  }

  async keep({ tenantId, key }: Place, text: string, ttlMs: number, token: string): Promise<boolean> {
    await this.giveUp({ tenantId, key }, token);
    const tenant = this.#tenant(tenantId);
    const now = this.clock.now();
    const bytes = Buffer.byteLength(text) + OVERHEAD_BYTES;
    if (bytes > this.bounds.bytes) return false;
    drop(tenant, key);
    for (const [each, { until }] of tenant.entries.entries().take(SWEEP))
      if (until <= now) drop(tenant, each);
    while (tenant.bytes + bytes > this.bounds.bytes || tenant.entries.size >= this.bounds.entries)
      drop(tenant, tenant.entries.keys().next().value!);
    tenant.entries.set(key, { text, bytes, storedAt: now, until: now + ttlMs });
    tenant.bytes += bytes;
    return true;
  }

  giveUp({ tenantId, key }: Place, token: string): Promise<void> {
    const { claims } = this.#tenant(tenantId);
    if (claims.get(key)?.token === token) claims.delete(key);
    return Promise.resolve();
  }

  #tenant(id: string): Tenant {
    const tenant = this.#tenants.get(id) ?? { entries: new Map(), claims: new Map(), bytes: 0 };
    this.#tenants.set(id, tenant);
    return tenant;
  }
}

function drop(tenant: Tenant, key: string): void {
  tenant.bytes -= tenant.entries.get(key)?.bytes ?? 0;
  tenant.entries.delete(key);
}
