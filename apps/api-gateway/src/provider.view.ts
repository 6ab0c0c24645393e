import { type ModelSpec, type ProviderSpec } from '#catalog';
import { providerMetricsView } from './metrics.view.js';
import { type ProviderNow } from './provider-board.js';
import { least, most, round, sum, time } from './sums.js';

/** How a provider is doing; counts and averages are those of the caller's own calls in the last hour. */
export function providerStatusView(provider: ProviderNow) {
  const { spec, endpoints, pausedMs, used, outcome } = provider;
  const states = endpoints.map(([, state]) => state);
  const connections = sum(states, (state) => state.connections);
  const canBeCalled = states.some(({ health }) => health !== 'unhealthy');
  const seen = states.flatMap(({ seenAt }) => seenAt?.getTime() ?? []);
  return {
    name: spec.name,
    kind: spec.kind,
    available: pausedMs === 0 && canBeCalled,
    paused_for: pausedMs > 0 ? time(pausedMs) : null,
    last_check: seen.length === 0 ? null : new Date(Math.max(...seen)).toISOString(),
    response_time: time(least(states.map(({ firstTokenMs }) => firstTokenMs ?? undefined))),
    error_rate: round(most(states.map(({ errorRate }) => errorRate)) ?? 0),
    error_count: used?.failed ?? 0,
    success_count: used ? used.calls - used.failed - used.unknown : 0,
    rate_limit_hits: outcome?.rateLimited ?? 0,
    connections,
    max_concurrency: spec.maxConcurrency,
    current_load: round(connections / spec.maxConcurrency),
    default_model: spec.defaultModel,
    models: modelsView(spec),
    metrics: providerMetricsView(provider),
    endpoints: endpoints.map(([{ id, group }, { health }]) => ({ id, group, status: health })),
  };
}

export function modelsView({ name, models }: ProviderSpec) {
  return models.map((model) => modelView(name, model));
}

/** Prices are per million tokens; null: free. */
function modelView(provider: string, { id, price, ...model }: ModelSpec) {
  return {
    id,
    name: id,
    provider,
    type: model.capabilities.includes('chat') ? 'chat' : 'embedding',
    capabilities: model.capabilities,
    context_window: model.contextWindow,
    max_tokens: model.maxOutputTokens,
    // Every answer streams, and none is one of several in a call.
    supports_stream: true,
    supports_batch: false,
    pricing: price && {
      input_price: price.input,
      output_price: price.output,
      cached_input_price: price.cachedInput ?? null,
      currency: price.currency,
    },
    quality: model.quality,
    speed: model.speed,
  };
}
