import { type EndpointPulse, type KeyPulse, type ProviderPulse } from '#contracts';
import { type Endpoint } from './endpoint.js';
import { type Key } from './key.js';
import { type Pool } from './pool.js';

/** How the endpoints and keys of a provider are doing in this process. */
export function pulseOf({ strategy, sessions, endpoints, keys }: Pool, now: number): ProviderPulse {
  return {
    strategy,
    sessions,
    endpoints: mapped(endpoints, (endpoint) => endpointPulse(endpoint, now)),
    keys: mapped(keys, (key) => keyPulse(key, now)),
  };
}

function mapped<T, R>(items: ReadonlyMap<string, T>, view: (item: T) => R): Record<string, R> {
  return Object.fromEntries([...items].map(([id, item]) => [id, view(item)]));
}

function keyPulse(key: Key, now: number): KeyPulse {
  const out = key.out(now);
  return { connections: key.connections, reason: out?.reason ?? null, forMs: out?.retryAfterMs ?? null };
}

function endpointPulse(endpoint: Endpoint, now: number): EndpointPulse {
  const { load, breaker, connections, seenAt } = endpoint;
  return {
    health: endpoint.health(now),
    breaker: breaker.state(now),
    connections,
    firstTokenMs: load.firstToken.recent ?? null,
    interTokenMs: load.interToken.recent ?? null,
    errorRate: load.errorRate(now),
    seenAtMs: seenAt ?? null,
  };
}
