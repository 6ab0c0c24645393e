import { Catalog, type CatalogParts, type ModelSpec, type ProviderSpec, type RoutingSpec } from '#catalog';

/** A model that can do what most can; free unless told otherwise. */
export function modelSpec(id: string, more: Partial<ModelSpec> = {}): ModelSpec {
  return {
    id,
    capabilities: ['chat', 'json'],
    contextWindow: 10_000,
    maxOutputTokens: 1_000,
    price: null,
    quality: 0.5,
    speed: 0.5,
    ...more,
  };
}

/** A provider with one model, `<name>-1`. */
export function providerSpec(name: string, more: Partial<ProviderSpec> = {}): ProviderSpec {
  const url = `http://${name}.test/v1`;
  return {
    name,
    kind: 'openai-compatible',
    endpoints: [{ id: `${name}-1`, url, weight: 1, maxConnections: 20, priority: 0, group: 'primary' }],
    keys: [],
    models: [modelSpec(`${name}-1`)],
    defaultModel: more.models?.[0]?.id ?? `${name}-1`,
    maxConcurrency: 20,
    limits: {},
    balancing: { strategy: 'weighted_round_robin', affinity: 'none', affinityTimeoutMs: 1_800_000 },
    timeouts: { firstTokenMs: 60_000, idleMs: 30_000, totalMs: 3_600_000 },
    ...more,
  };
}

export const NO_ROUTING: RoutingSpec = {
  weights: { cost: 1, speed: 1, quality: 1 },
  rules: [],
  aliases: new Map(),
  groups: new Map(),
  fallbacks: new Map(),
  currencies: new Map([['USD', 1]]),
};

/** A catalog of these providers, as they are. */
export function catalogOf(providers: readonly ProviderSpec[], more: Partial<CatalogParts> = {}): Catalog {
  return new Catalog({ providers, off: new Map(), routing: NO_ROUTING, taskTypes: [], ...more });
}
