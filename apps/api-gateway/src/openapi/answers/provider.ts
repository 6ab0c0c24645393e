import { z } from 'zod';
import { AFFINITIES, BALANCING, CAPABILITIES, PROVIDER_KINDS } from '#catalog';
import { ENDPOINT_GROUPS, ENDPOINT_HEALTHS, USAGE_GROUPS } from '#contracts';
import { amount, anyObject, count, errorCode, money, span, text, time } from './common.js';
import { message } from './message.js';

const model = z
  .object({
    id: text,
    name: text,
    provider: text,
    type: z.enum(['chat', 'embedding']),
    capabilities: z.array(z.enum(CAPABILITIES)),
    context_window: count,
    max_tokens: count,
    supports_stream: z.boolean(),
    supports_batch: z.boolean(),
    pricing: z
      .object({
        input_price: amount,
        output_price: amount,
        cached_input_price: amount.nullable(),
        currency: text,
      })
      .nullable()
      .describe('For a million tokens; null: free.'),
    quality: z.number(),
    speed: z.number(),
  })
  .meta({ id: 'Model' });

export const models = z.object({ models: z.array(model) });
export const providerNames = z.object({ providers: z.array(text) });

const providerMetrics = z
  .object({
    name: text,
    request_count: count,
    success_count: count,
    error_count: count,
    success_rate: amount.nullable(),
    average_latency: span.nullable(),
    rate_limit_hits: count,
    total_tokens: count,
    total_cost: amount.nullable(),
    currency: money.currency,
    costs: money.costs,
  })
  .meta({ id: 'ProviderMetrics', description: "The caller's own calls in the last hour." });

export const providerStatus = z
  .object({
    name: text,
    kind: z.enum(PROVIDER_KINDS),
    available: z.boolean(),
    paused_for: span.nullable(),
    last_check: time.nullable(),
    response_time: span.nullable(),
    error_rate: amount,
    error_count: count,
    success_count: count,
    rate_limit_hits: count,
    connections: count,
    max_concurrency: count,
    current_load: amount,
    default_model: text,
    models: models.shape.models,
    metrics: providerMetrics,
    endpoints: z.array(
      z.object({ id: text, group: z.enum(ENDPOINT_GROUPS), status: z.enum(ENDPOINT_HEALTHS) }),
    ),
  })
  .meta({ id: 'ProviderStatus' });

export const providerStatuses = z.record(z.string(), providerStatus);

export const providerTest = z.object({
  ok: z.boolean(),
  first_token_time: span.nullable(),
  response_time: span.nullable(),
  message,
});

const spec = { strategy: z.enum(BALANCING), affinity: z.enum(AFFINITIES), affinity_timeout: span };

export const balancing = z
  .object({
    provider: text,
    ...spec,
    configured: z.object(spec),
    keys: z.array(
      z.object({
        id: text,
        weight: amount,
        status: z.enum(['in_use', 'resting']),
        reason: errorCode.nullable(),
        ends_in: span.nullable(),
      }),
    ),
  })
  .meta({ id: 'Balancing' });

export const stats = z
  .object({
    total_tasks: count,
    running_tasks: count,
    queued_tasks: count,
    completed_tasks: count,
    failed_tasks: count,
    cancelled_tasks: count,
    avg_process_time: span.nullable(),
    uptime: span.nullable(),
    last_updated: time,
  })
  .meta({ id: 'Stats' });

const number = z.number().nullable();

export const metrics = z.object({
  server: z.object({
    uptime: span.nullable(),
    request_count: count,
    error_count: count,
    avg_response_time: span.nullable(),
    active_connections: count,
    memory_usage_bytes: count,
    heap_used_bytes: count,
  }),
  scheduler: stats,
  providers: z.record(z.string(), providerMetrics),
  system: z.object({
    cpu_usage: number,
    memory_usage: number,
    disk_usage: number,
    network_in: number,
    network_out: number,
    goroutines: number,
    gc_pause: span.nullable(),
  }),
  application: z.object({
    requests_per_second: number,
    avg_response_time: span.nullable(),
    error_rate: amount,
    active_connections: count,
    queue_depth: count,
    processing_messages: count,
  }),
  database: z.object({
    connections_active: number,
    connections_idle: number,
    query_duration_avg: number,
    slow_queries: number,
  }),
  redis: anyObject.nullable(),
});

const used = {
  calls: count,
  failed_calls: count,
  estimated_calls: count,
  unknown_calls: count,
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  cached_tokens: count,
  ...money,
};

export const usageReport = z.object({
  group_by: z.enum(USAGE_GROUPS),
  from: time,
  to: time,
  groups: z.array(z.object({ key: text.nullable(), ...used })),
  has_more: z.boolean(),
  total: z.object(used),
});

export const budgets = z.object({
  budgets: z.array(
    z.object({
      of: text,
      span: text,
      limit: amount,
      used: amount,
      reserved: amount,
      remaining: amount,
      resets_at: time,
    }),
  ),
});
