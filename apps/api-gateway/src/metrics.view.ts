import { type MachineNow } from './machine-gauge.js';
import { moneyView } from './money.view.js';
import { type ProviderNow } from './provider-board.js';
import { type RequestCounts } from './request-counts.js';
import { ratio, round, time } from './sums.js';

/** What this process has done. */
export interface ServerNow extends RequestCounts {
  readonly uptimeMs: number;
  readonly connections: number;
}

export function serverView({ uptimeMs, requests, errors, meanMs, connections }: ServerNow) {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    uptime: time(Math.round(uptimeMs / 1_000) * 1_000),
    request_count: requests,
    error_count: errors,
    avg_response_time: time(meanMs),
    active_connections: connections,
    memory_usage_bytes: rss,
    heap_used_bytes: heapUsed,
  };
}

/** Null is what nobody measures here: there are no goroutines, and the network belongs to the machine. */
export function systemView({ cpu_usage, memory_usage, disk_usage, gc_pause }: MachineNow) {
  const unknown = { network_in: null, network_out: null, goroutines: null };
  return { cpu_usage, memory_usage, disk_usage, ...unknown, gc_pause: time(gc_pause ?? undefined) };
}

export function applicationView(
  { requests_per_second }: MachineNow,
  { avg_response_time, request_count, error_count, active_connections }: ReturnType<typeof serverView>,
  { queued_tasks, running_tasks }: { readonly queued_tasks: number; readonly running_tasks: number },
) {
  return {
    requests_per_second,
    avg_response_time,
    error_rate: round(ratio(error_count, request_count) ?? 0),
    active_connections,
    queue_depth: queued_tasks,
    processing_messages: running_tasks,
  };
}

export function databaseView(connections: { readonly active: number; readonly idle: number } | null) {
  return {
    connections_active: connections?.active ?? null,
    connections_idle: connections?.idle ?? null,
    query_duration_avg: null,
    slow_queries: null,
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
