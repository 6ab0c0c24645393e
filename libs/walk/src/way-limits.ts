import { AppError } from '#contracts';
import { type Concurrency, type NamedLimit } from '#limits';
import { type Via } from '#providers';

/** A place is free again as soon as a call ends; nobody knows when. */
const FULL_RETRY_MS = 250;

/** A place on an endpoint and under a key. */
export interface WayHold {
  readonly granted: true;
  free(): void;
}

/** A way cannot be taken now: another endpoint, or another key, may do better; of a whole account no other one. */
export interface WayRefused {
  readonly granted: false;
  readonly of: 'account' | 'endpoint' | 'key';
  readonly error: AppError;
}

const FREE: WayHold = { granted: true, free: () => undefined };

/**
 * How many calls run at once on an endpoint and with a key, exactly and over all processes; what the balancers know of each
 * other is a second old.
 */
export class WayLimits {
  constructor(private readonly concurrency: Concurrency) {}

  /** Without limits nobody is asked. */
  async acquire(provider: string, { endpoint, key }: Via): Promise<WayHold | WayRefused> {
    const ofEndpoint = { name: `endpoint:${provider}/${endpoint.id}`, limit: endpoint.maxConnections };
    const ofKey = { name: `key:${provider}/${key?.id}`, limit: key?.limits.concurrency ?? 0 };
    const limits = [ofEndpoint, ofKey].filter(({ limit }) => limit > 0);
    if (limits.length === 0) return FREE;
    const lease = await this.concurrency.acquire(limits);
    // Nothing of it fails, and nobody waits for it.
    if (lease.granted) return { granted: true, free: () => void this.concurrency.release(lease) };
    return full(lease.which === ofKey.name ? 'key' : 'endpoint', limits, lease.which);
  }
}

function full(of: WayRefused['of'], limits: readonly NamedLimit[], which: string): WayRefused {
  const most = limits.find(({ name }) => name === which)?.limit;
  const reason = `${which} runs as many calls as it may, ${most}`;
  return {
    granted: false,
    of,
    error: new AppError('provider_rate_limited', reason, { retryAfterMs: FULL_RETRY_MS }),
  };
}
