import { type ErrorCode } from './errors.js';

export const ENDPOINT_HEALTHS = ['healthy', 'degraded', 'unhealthy'] as const;

export type EndpointHealth = (typeof ENDPOINT_HEALTHS)[number];

/** That the key of a provider is not to be used; the secret itself never travels. */
export interface KeyRest {
  readonly provider: string;
  /** Its id; empty: the provider asks for no key. */
  readonly key: string;
  /** Tells the secret from another one that the same id had before or has later. */
  readonly digest: string;
  /** Empty: on no endpoint. */
  readonly endpoint: string;
  readonly reason: ErrorCode;
  /** Null: until the key is changed or put back; 0: it is put back. */
  readonly forMs: number | null;
}

/** How the upstreams of a worker process are doing, once a second. */
export interface UpstreamPulse {
  readonly processId: string;
  readonly providers: Readonly<Record<string, ProviderPulse>>;
}

export interface ProviderPulse {
  readonly strategy: string;
  /** Clients whose endpoint is remembered. */
  readonly sessions: number;
  readonly endpoints: Readonly<Record<string, EndpointPulse>>;
  readonly keys: Readonly<Record<string, KeyPulse>>;
}

export interface KeyPulse {
  readonly connections: number;
  /** Why it is used on no endpoint; null: it is used. */
  readonly reason: ErrorCode | null;
  /** Null: until it is changed or put back. */
  readonly forMs: number | null;
}

export interface EndpointPulse {
  readonly health: EndpointHealth;
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly connections: number;
  /** Moving averages; null: never seen. */
  readonly firstTokenMs: number | null;
  readonly interTokenMs: number | null;
  /** From 0 to 1. */
  readonly errorRate: number;
  /** When it was last heard of, as epoch ms. */
  readonly seenAtMs: number | null;
}
