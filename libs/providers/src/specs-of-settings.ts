import { type ModelSpec, type ProviderSpec } from '#catalog';
import { type ProviderSettings } from '#config';

type Settings = ProviderSettings['value'];

/** The time limit of a message is always shorter. */
const TOTAL_MS = 86_400_000;

/** What tells one account that is configured by environment from another. */
interface Account extends Pick<ProviderSpec, 'name' | 'kind' | 'keys' | 'maxConcurrency'> {
  readonly url: string;
  readonly model: string;
}

/** The providers that the configuration turns on: the OpenAI-compatible one when it has a key, and always the simulator. */
export function specsOf({ openai, simulator }: Settings): ProviderSpec[] {
  const builtIn = specOf({
    name: 'simulator',
    kind: 'simulator',
    url: 'simulator:',
    keys: [],
    model: 'simulator-1',
    maxConcurrency: simulator.max_concurrency,
  });
  return openai.api_key === undefined ? [builtIn] : [openaiSpec(openai, openai.api_key), builtIn];
}

function openaiSpec(openai: Settings['openai'], secret: string): ProviderSpec {
  const { first_token_timeout, idle_timeout } = openai;
  const spec = specOf({
    name: 'openai',
    kind: 'openai-compatible',
    url: openai.base_url,
    keys: [{ id: 'openai', secret, weight: 1, limits: {} }],
    model: openai.model,
    maxConcurrency: openai.max_concurrency,
  });
  return {
    ...spec,
    timeouts: { firstTokenMs: first_token_timeout, idleMs: idle_timeout, totalMs: TOTAL_MS },
  };
}

function specOf({ url, model, ...account }: Account): ProviderSpec {
  const { name, maxConcurrency } = account;
  return {
    ...account,
    endpoints: [{ id: name, url, weight: 1, maxConnections: maxConcurrency, priority: 1, group: 'primary' }],
    models: [modelOf(model)],
    defaultModel: model,
    limits: {},
    balancing: { strategy: 'round_robin', affinity: 'none', affinityTimeoutMs: 0 },
    timeouts: { firstTokenMs: TOTAL_MS, idleMs: TOTAL_MS, totalMs: TOTAL_MS },
  };
}

/** Nothing is known of it but its name. */
function modelOf(id: string): ModelSpec {
  return {
    id,
    capabilities: ['chat'],
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    price: null,
    quality: 0.5,
    speed: 0.5,
  };
}
