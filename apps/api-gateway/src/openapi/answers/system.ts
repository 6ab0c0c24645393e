import { z } from 'zod';
import { amount, count, errorCode, text, time } from './common.js';

const status = z.enum(['healthy', 'degraded', 'unhealthy']);
const who = { service: text, version: text, timestamp: time };
const component = { status, detail: text.optional() };

export const live = z.object({ status: z.literal('healthy'), ...who });

export const ready = z.looseObject({
  status: z.enum(['ready', 'not ready']),
  health: status,
  reason: text.optional(),
  ...who,
  draining: z.boolean(),
  components: z.record(z.string(), z.object({ ...component, responseTimeMs: amount })),
});

export const health = z.object({
  status,
  timestamp: time,
  uptime_seconds: count,
  components: z.record(z.string(), z.object({ ...component, response_time_ms: amount })),
});

export const explanation = z.object({
  code: errorCode,
  title: text,
  status: z.int(),
  retryable: z.boolean(),
  fix: text,
});
