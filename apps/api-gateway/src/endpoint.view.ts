import { ENDPOINT_HEALTHS } from '#contracts';
import { type EndpointBoard, type EndpointNow } from '#endpoints';
import { round, sum, time } from './sums.js';

/** An endpoint as clients see it. */
export function endpointView([endpoint, state]: EndpointNow) {
  return {
    id: endpoint.id,
    provider: endpoint.provider,
    url: endpoint.url,
    name: endpoint.name,
    type: endpoint.type,
    capabilities: endpoint.capabilities,
    weight: endpoint.weight,
    priority: endpoint.priority,
    group: endpoint.group,
    enabled: endpoint.enabled,
    max_connections: endpoint.maxConnections,
    ...stateView(state),
    origin: endpoint.origin,
    metadata: endpoint.metadata,
    updated_at: endpoint.updatedAt?.toISOString() ?? null,
  };
}

export function endpointStatsView(all: readonly EndpointNow[], board: EndpointBoard) {
  const of = (wanted: string) => all.filter(([, { health }]) => health === wanted).length;
  const providers = [...new Set(all.map(([{ provider }]) => provider))];
  const types = Map.groupBy(all, ([{ type }]) => type);
  return {
    endpoints: {
      total: all.length,
      ...Object.fromEntries(ENDPOINT_HEALTHS.map((health) => [health, of(health)])),
    },
    endpoints_by_type: Object.fromEntries([...types].map(([type, { length }]) => [type, length])),
    total_connections: sum(all, ([, { connections }]) => connections),
    sessions: sum(providers, (provider) => board.sessionsOf(provider)),
    workers: board.processes,
    details: all.map(([{ id, provider }, state]) => ({ id, provider, ...stateView(state) })),
  };
}

function stateView({
  health,
  connections,
  breakers,
  firstTokenMs,
  interTokenMs,
  errorRate,
  seenAt,
}: EndpointNow[1]) {
  return {
    status: health,
    connections,
    response_time: time(firstTokenMs ?? undefined),
    inter_token_time: time(interTokenMs ?? undefined),
    error_rate: round(errorRate),
    breakers: { closed: breakers.closed, half_open: breakers['half-open'], open: breakers.open },
    last_check: seenAt?.toISOString() ?? null,
  };
}
