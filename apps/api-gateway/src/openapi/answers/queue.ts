import { z } from 'zod';
import { PRIORITIES, queueName, TIME_RANGES, type TimeRange } from '#contracts';
import { amount, anyObject, anything, count, priority, span, text, time } from './common.js';

/** What is left out stands for all of them. */
const band = z.object({ lane: text.optional(), priority: priority.optional() });

export const pauses = z
  .object({
    paused: z.array(band).describe('Bands that start nothing.'),
    draining: z.array(band).describe('Bands that accept nothing.'),
  })
  .meta({ id: 'Pauses' });

const shared = {
  paused: z.boolean(),
  draining: z.boolean(),
  shedding: z.boolean(),
  head_wait: span.nullable(),
};

const queue = z.object({
  name: z.enum(PRIORITIES.map(queueName)),
  priority: z.int().min(1).max(4),
  size: count,
  max_size: count,
  processing_count: count,
  max_concurrent: count,
  avg_wait_time: span.nullable(),
  max_wait_time: span,
  total_processed: count,
  total_failed: count,
  ...shared,
  last_updated: time,
});

const lane = z.object({
  name: text,
  slots: count,
  running: count,
  load: amount.nullable(),
  throughput_per_minute: amount.nullable(),
  avg_processing_time: span.nullable(),
  upstream_paused: span.nullable(),
  shedding_level: z.number(),
  queues: z.record(
    z.string(),
    z.object({
      size: count,
      max_size: count,
      processing_count: count,
      estimated_wait: span.nullable(),
      ...shared,
    }),
  ),
});

export const queueStatus = z
  .object({
    queues: z.array(queue),
    lanes: z.array(lane),
    total_size: count,
    total_processing: count,
    total_processed: count,
    total_failed: count,
    system_load: amount.nullable(),
    ...pauses.shape,
    last_updated: time,
  })
  .meta({ id: 'QueueStatus' });

const share = z.object({ count, percentage: amount, avg_wait_time: span.nullable() });

export const queueStats = z
  .object({
    time_range: z.enum(Object.keys(TIME_RANGES) as [TimeRange, ...TimeRange[]]),
    queue_name: text.optional(),
    stats: z.object({
      total_messages: count,
      processed_messages: count,
      failed_messages: count,
      cancelled_messages: count,
      avg_processing_time: span.nullable(),
      max_processing_time: span.nullable(),
      min_processing_time: span.nullable(),
      avg_wait_time: span.nullable(),
      max_wait_time: span.nullable(),
      throughput_per_minute: amount,
      error_rate: amount,
      pending_messages: count,
      queue_utilization: amount,
    }),
    priority_breakdown: z.object({ realtime: share, high: share, normal: share, low: share }),
  })
  .meta({ id: 'QueueStats' });

const planned = { reason: text, why: text, ceiling: z.number() };

export const plan = z
  .object({
    strategy: text,
    state: z.enum(['starting', 'planning', 'holding', 'safe']),
    version: count,
    planned_at: time.nullable(),
    desired_workers: count,
    lanes: z.record(
      z.string(),
      z.object({ slots: count, limit: count, running: count, waiting: count, ...planned }),
    ),
    override: z.array(z.object({ lane: text, slots: count, ends_in: span.nullable() })),
    frozen: z.boolean(),
    frozen_ends_in: span.nullable(),
    decisions: z.array(
      z.object({ at: time, version: count, lane: text, from: count.nullable(), to: count, ...planned }),
    ),
  })
  .meta({ id: 'Plan' });

export const configuration = z.object({
  server: z.object({ host: text.nullable(), port: count, mode: text }),
  queue: anyObject,
  scheduler: anyObject,
  loadbalancer: anyObject,
  settings: z.array(z.object({ name: text, env: text, value: anything })),
});
