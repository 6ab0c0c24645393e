export const CAPABILITIES = ['chat', 'tools', 'json', 'vision', 'embeddings'] as const;
export type Capability = (typeof CAPABILITIES)[number];

export const PROVIDER_KINDS = ['openai-compatible', 'anthropic', 'simulator'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

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
  /** null: free. */
  readonly price: Price | null;
  /** 0..1, for routing by weights. */
  readonly quality: number;
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
  /** Shown everywhere instead of the secret; it stays the same when keys are added or taken away. */
  readonly id: string;
  readonly secret: string;
  readonly weight: number;
  readonly limits: RateLimits;
}

export interface EndpointSpec {
  readonly id: string;
  readonly url: string;
  readonly weight: number;
  /** Most calls at once on it, beside those of the whole provider; 0: any number. */
  readonly maxConnections: number;
  /** Smaller goes first. */
  readonly priority: number;
  readonly group: (typeof ENDPOINT_GROUPS)[number];
}

export const ENDPOINT_GROUPS = ['primary', 'backup'] as const;

export const BALANCING = [
  'round_robin',
  'weighted_round_robin',
  'weighted_random',
  'least_connections',
  'adaptive_load',
  'ip_hash',
  'priority_based',
] as const;

export const AFFINITIES = ['none', 'client_ip', 'session_id', 'user_id'] as const;

export interface BalancingSpec {
  readonly strategy: (typeof BALANCING)[number];
  readonly affinity: (typeof AFFINITIES)[number];
  readonly affinityTimeoutMs: number;
}

export interface TimeoutSpec {
  readonly firstTokenMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** An account somewhere, with all that is needed to call it. Its name is the name of its lane. */
export interface ProviderSpec {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly endpoints: readonly EndpointSpec[];
  /** None: it is called without a key. */
  readonly keys: readonly KeySpec[];
  readonly models: readonly ModelSpec[];
  /** One of `models`. */
  readonly defaultModel: string;
  /** Most calls at once over all processes. */
  readonly maxConcurrency: number;
  /** Of the whole account, beside those of each key. */
  readonly limits: RateLimits;
  readonly balancing: BalancingSpec;
  readonly timeouts: TimeoutSpec;
}

/** Who is to answer with what. */
export interface Target {
  readonly provider: string;
  readonly model: string;
}

export const CONDITION_OPERATORS = ['eq', 'gt', 'lt', 'gte', 'lte', 'in'] as const;
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];
export type ConditionScalar = string | number | boolean;

/** What a rule may ask of a message, beside `metadata.…`. */
export const FACT_FIELDS = [
  'task_type',
  'model',
  'priority',
  'tenant_id',
  'user_id',
  'prompt_tokens',
  'data_size',
  'temperature',
] as const;

/** `gt` and its kind compare numbers, and priorities by their urgency. */
export interface Condition {
  readonly field: string;
  readonly operator: ConditionOperator;
  readonly value: ConditionScalar | readonly ConditionScalar[];
}

/** How much each part counts; only their proportions matter, and they are not all 0. */
export interface Weights {
  readonly cost: number;
  readonly speed: number;
  readonly quality: number;
}

/**
 * Where messages go for which all of it holds. Names of targets are written `provider`, `provider/model`,
 * `provider/*`, a model, an alias or a group.
 */
export interface RuleSpec {
  readonly name: string;
  /** Empty: of any type. */
  readonly taskTypes: readonly string[];
  /** As the client named it; empty: only messages that name no model. */
  readonly models: readonly string[];
  readonly conditions: readonly Condition[];
  /** Empty: every model that is there. */
  readonly targets: readonly string[];
  /** null: in the order of `targets`. */
  readonly weights: Weights | null;
  /** null: those of the targets, as everywhere else. */
  readonly fallbacks: readonly string[] | null;
  /** How old an answer to an equal message may be that is used; undefined: none is, unless the message asks for it. */
  readonly cacheTtlMs?: number;
}

/** The fallbacks of whatever has none of its own. */
export const ANY_TARGET = '*';

export interface RoutingSpec {
  /** For messages that no rule is for. */
  readonly weights: Weights;
  /** The first one that fits decides. */
  readonly rules: readonly RuleSpec[];
  readonly aliases: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** By `provider`, `provider/model`, or `*` for all others. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  /** What a unit of a currency is worth; prices are compared by it. */
  readonly currencies: ReadonlyMap<string, number>;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface GenerationParameters {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

export interface TaskTypeLimits extends RateLimits {
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
}

/** A kind of work: how it is put to a model, and what must come back. */
export interface TaskTypeSpec {
  readonly name: string;
  readonly description: string;
  /** Text with `{{prompt}}`, `{{data}}` and the like; see `PLACEHOLDERS`. */
  readonly prompt: string;
  readonly system: string | null;
  /** Of the result; null: any text. */
  readonly result: JsonSchema | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly parameters: GenerationParameters;
  readonly limits: TaskTypeLimits;
}
