import { type ProviderKind, type ProviderSpec } from '#catalog';
import { type ProviderSettings } from '#config';
import { AppError } from '#contracts';
import { OpenAiCompatible } from './openai-compatible/openai-compatible.provider.js';
import { type Provider } from './provider.js';
import { Simulator } from './simulator/simulator.provider.js';

/** What makes the calls of a provider; its name and limits are the catalog's. */
export interface Adapter extends Pick<Provider, 'stream'> {
  close?(): Promise<void>;
}

type OpenAdapter = (spec: ProviderSpec, settings: ProviderSettings['value']) => Adapter;

const ADAPTERS: Readonly<Record<ProviderKind, OpenAdapter>> = {
  simulator: (_, { simulator }) => new Simulator(simulator),
  'openai-compatible': openOpenAiCompatible,
  anthropic: ({ name }) => {
    throw new AppError('provider_unknown', `${name}: providers of the kind anthropic cannot be called yet`);
  },
};

/** The adapter for a provider of the catalog. */
export function adapterOf(spec: ProviderSpec, settings: ProviderSettings['value']): Adapter {
  return ADAPTERS[spec.kind](spec, settings);
}

/** With its first endpoint and its first key. */
function openOpenAiCompatible({
  endpoints,
  keys,
  defaultModel,
  maxConcurrency,
  timeouts,
}: ProviderSpec): Adapter {
  return new OpenAiCompatible({
    api_key: keys[0]?.secret,
    base_url: endpoints[0]!.url,
    model: defaultModel,
    max_concurrency: maxConcurrency,
    first_token_timeout: timeouts.firstTokenMs,
    idle_timeout: timeouts.idleMs,
  });
}
