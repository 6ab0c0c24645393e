export const CAPABILITIES = ['chat', 'tools', 'json', 'vision', 'embeddings'] as const;
export type Capability = (typeof CAPABILITIES)[number];
export const PROVIDER_KINDS = ['openai-compatible', 'anthropic', 'simulator'] as const;
/** In the currency's unit, per 1,000,000 tokens. */
export interface Price {
  readonly currency: string;
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number;
}
export interface ModelSpec {
  readonly id: string;
  readonly capabilities: readonly Capability[];
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly price: Price | null;
  /** 0..1, for routing by weights */ readonly quality: number;
  readonly speed: number;
}
export interface RateLimits {
  readonly requestsPerMinute?: number;
  readonly requestsPerHour?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly concurrency?: number;
}
export interface KeySpec {
  /** shown everywhere instead of the secret */ readonly id: string;
  readonly secret: string;
  readonly weight: number;
  readonly limits: RateLimits;
}
export interface EndpointSpec {
  readonly id: string;
  readonly url: string;
  readonly weight: number;
  readonly maxConnections: number;
  readonly priority: number;
  readonly group: 'primary' | 'backup';
}
export const BALANCING = [
  'round_robin',
  'weighted_round_robin',
  'weighted_random',
  'least_connections',
  'adaptive_load',
  'ip_hash',
  'priority_based',
] as const;
export interface BalancingSpec {
  readonly strategy: (typeof BALANCING)[number];
  readonly affinity: 'none' | 'client_ip' | 'session_id' | 'user_id';
  readonly affinityTimeoutMs: number;
}
export interface TimeoutSpec {
  readonly firstTokenMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}
export interface ProviderSpec {
  readonly name: string;
  readonly kind: (typeof PROVIDER_KINDS)[number];
  readonly endpoints: readonly EndpointSpec[];
  readonly keys: readonly KeySpec[];
  readonly models: readonly ModelSpec[];
  readonly defaultModel: string;
  readonly maxConcurrency: number;
  readonly limits: RateLimits;
  readonly balancing: BalancingSpec;
  readonly timeouts: TimeoutSpec;
}
