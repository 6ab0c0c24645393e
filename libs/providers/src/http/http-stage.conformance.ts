import { type ProviderSpec } from '#catalog';
import { type FakeUpstream } from '../../../../tests/upstream/fake-upstream.js';
import { openProvider } from '../kinds.js';
import { type Stage } from '../provider.conformance.js';
import { type Provider } from '../provider.js';
import { viaOf } from '../recordings.conformance.js';

export const TIMEOUTS = { firstTokenMs: 300, idleMs: 700, totalMs: 5_000 };

export const TOOLS = [
  { name: 'get_weather', arguments: '{"city":"Berlin"}' },
  { name: 'get_time', arguments: '{}' },
];

/** An account with short patience; its endpoint and key come with each call. */
export function specOf(kind: ProviderSpec['kind'], more: Partial<ProviderSpec> = {}): ProviderSpec {
  return {
    name: kind,
    kind,
    endpoints: [],
    keys: [],
    models: [],
    defaultModel: 'm',
    maxConcurrency: 20,
    limits: {},
    balancing: { strategy: 'round_robin', affinity: 'none', affinityTimeoutMs: 0 },
    timeouts: TIMEOUTS,
    ...more,
  };
}

export function providerOf(kind: ProviderSpec['kind'], more: Partial<ProviderSpec> = {}): Provider {
  const simulator = {
    chunks: 5,
    delay: 1,
    chunk_length: 0,
    error_rate: 0,
    faults: true,
    max_concurrency: 20,
  };
  return openProvider(specOf(kind, more), { simulator } as Parameters<typeof openProvider>[1]);
}

/** A provider in front of the fake upstream. */
export function stageOf(provider: Provider, upstream: FakeUpstream): Stage {
  const behave = (behaviour: Parameters<FakeUpstream['behave']>[0]) => () =>
    Promise.resolve(upstream.behave(behaviour)).then(() => ({}));
  return {
    provider,
    via: viaOf(`${upstream.url}/v1`),
    hangs: behave({ chunks: 3, hangAfterChunks: 1 }),
    fails: behave({ status: 500 }),
    thinks: behave({ reasoning: 'Two and two.', chunks: 2 }),
    callsTools: behave({ toolCalls: TOOLS }),
  };
}
