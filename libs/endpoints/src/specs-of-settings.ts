import { type ModelSpec, type ProviderSpec } from '#catalog';
import { type ProviderSettings } from '#config';
import { ProviderSpecs } from './provider-specs.js';

const DAY_MS = 86_400_000;

/** The providers as the settings have them: one endpoint and at most one key each. */
export class SpecsOfSettings extends ProviderSpecs {
  readonly all: readonly ProviderSpec[];

  constructor({ value: { openai, simulator }, lanes }: ProviderSettings) {
    super();
    const limits = { firstTokenMs: openai.first_token_timeout, idleMs: openai.idle_timeout, totalMs: DAY_MS };
    const specs: ProviderSpec[] = [
      {
        ...usual('openai', openai.model, openai.max_concurrency),
        kind: 'openai-compatible',
        endpoints: [endpoint('openai-1', openai.base_url, openai.max_concurrency)],
        keys: [{ id: 'openai', secret: openai.api_key ?? '', weight: 1, limits: {} }],
        timeouts: limits,
      },
      { ...usual('simulator', 'simulator-1', simulator.max_concurrency), kind: 'simulator' },
    ];
    this.all = specs.filter(({ name }) => lanes.includes(name));
  }
}

function usual(name: string, model: string, maxConcurrency: number) {
  return {
    name,
    maxConcurrency,
    endpoints: [],
    keys: [],
    limits: {},
    models: [modelOf(model)],
    defaultModel: model,
    balancing: { strategy: 'weighted_round_robin', affinity: 'none', affinityTimeoutMs: 1_800_000 },
    timeouts: { firstTokenMs: DAY_MS, idleMs: DAY_MS, totalMs: DAY_MS },
  } as const;
}

function endpoint(id: string, url: string, maxConnections: number): ProviderSpec['endpoints'][number] {
  return { id, url, weight: 1, maxConnections, priority: 0, group: 'primary' };
}

/** Nothing is known of it but its name. */
function modelOf(id: string): ModelSpec {
  const size = { contextWindow: 128_000, maxOutputTokens: 16_384 };
  return { id, capabilities: ['chat'], ...size, price: null, quality: 0.5, speed: 0.5 };
}
