import { moneyView } from './money.view.js';
import { type ProviderNow } from './provider-board.js';
import { ratio, round, time } from './sums.js';

/** What this process has done. */
export interface ServerNow {
  readonly uptimeMs: number;
  readonly requests: number;
  readonly errors: number;
  readonly connections: number;
}

export function serverView({ uptimeMs, requests, errors, connections }: ServerNow) {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    uptime: time(Math.round(uptimeMs / 1_000) * 1_000),
    request_count: requests,
    error_count: errors,
    active_connections: connections,
    memory_usage_bytes: rss,
    heap_used_bytes: heapUsed,
  };
}

/** The caller's own calls in the last hour. */
export function providerMetricsView({ spec, used, outcome }: ProviderNow) {
  const calls = used?.calls ?? 0;
  const failed = used?.failed ?? 0;
  const succeeded = used ? used.calls - used.failed - used.unknown : 0;
  // Of those that have ended.
  const rate = ratio(succeeded, succeeded + failed);
  const money = moneyView(used?.costs ?? []);
  return {
    name: spec.name,
    request_count: calls,
    success_count: succeeded,
    error_count: failed,
    success_rate: rate === undefined ? null : round(rate),
    average_latency: time(outcome?.meanMs),
    rate_limit_hits: outcome?.rateLimited ?? 0,
    total_tokens: used ? used.promptTokens + used.completionTokens : 0,
    total_cost: money.cost,
    currency: money.currency,
    costs: money.costs,
  };
}
