import { z } from 'zod';
import { DELIVERY_STATES, TASK_EVENT_TYPES, TASK_STATUSES } from '#contracts';
import {
  anyObject,
  anything,
  count,
  errorCode,
  pageOf,
  problem,
  span,
  text,
  time,
  tokenUsage,
} from './common.js';

const id = text.meta({ examples: ['task_01a1f956-f234-7000-8760-cdc2fe54819d'] });
const status = z.enum(TASK_STATUSES);

const config = z.object({
  max_retries: count,
  retry_delay: span.optional(),
  timeout: span,
  cache_enabled: z.boolean(),
  cache_ttl: span.optional(),
  max_tokens: count.optional(),
  top_p: z.number().optional(),
  frequency_penalty: z.number().optional(),
  presence_penalty: z.number().optional(),
});

export const task = z
  .object({
    id,
    task_id: id,
    status,
    progress: z.number().min(0).max(100).describe('Until the end an estimate.'),
    priority: z.enum(['urgent', 'high', 'normal', 'low']),
    provider: text,
    model: text.nullable(),
    type: text,
    temperature: z.number().optional(),
    prompt: text,
    system_prompt: text.optional(),
    data: anything.optional(),
    config,
    callback_url: text.optional(),
    callback_token: z.literal('***').optional(),
    callback_headers: z.record(z.string(), z.literal('***')).optional(),
    result: text.optional(),
    token_usage: tokenUsage.optional(),
    result_data: anything.optional().describe('The result, where one of a certain form was asked for.'),
    error: text.optional(),
    error_code: errorCode.optional(),
    user_id: text,
    created_at: time,
    updated_at: time,
    started_at: time.optional(),
    completed_at: time.optional(),
    metadata: anyObject,
  })
  .meta({ id: 'Task' });

export const acceptedTask = z
  .object({ task_id: id, status: z.literal('queued'), created_at: time })
  .meta({ id: 'AcceptedTask' });

const refused = z.object({
  task_id: z.literal(''),
  status: z.literal('failed'),
  error: text,
  code: errorCode,
  errors: problem.shape.errors,
});

export const taskBatch = z.object({ results: z.array(z.union([acceptedTask, refused])) });
export const taskPage = z.object({
  tasks: z.array(task),
  total: count,
  limit: count,
  offset: count,
  count,
});
export const cancelledTask = z.object({ message: text, task_id: id, status: z.literal('cancelled') });

export const processed = z.object({
  task_id: id,
  status,
  result: text,
  data: anything.optional(),
  token_usage: tokenUsage.optional(),
  process_time: text.describe('In seconds, such as `1.2s`.'),
});

/** The data of the events of a task that is processed while its caller reads. */
export const taskFrame = z.object({
  task_id: id,
  delta: text,
  content: text.nullable().describe('The whole text so far; null in between once it is long.'),
  finished: z.boolean(),
  status: status.optional(),
  reset: z.literal(true).optional(),
  token_usage: tokenUsage.optional(),
  error: text.optional(),
  error_code: errorCode.optional(),
  timestamp: time,
});

export const taskEvent = z
  .object({
    event_type: z.enum(TASK_EVENT_TYPES),
    task_id: id,
    status,
    progress: z.number().min(0).max(100),
    data: anything.optional(),
    error: text.optional(),
    error_code: errorCode.optional(),
    metadata: z.object({ token_usage: tokenUsage.optional(), duration: text.optional() }).optional(),
    timestamp: time,
  })
  .meta({ id: 'TaskEvent' });

export const delivery = z
  .object({
    id: text.describe('The `webhook-id` of the request.'),
    task_id: id,
    event_type: z.enum(TASK_EVENT_TYPES),
    status,
    error: text.optional(),
    url: text,
    state: z.enum(DELIVERY_STATES),
    attempts: count,
    next_attempt_at: time.nullable(),
    last_response: z.int().nullable(),
    last_error: text.nullable(),
    created_at: time,
    updated_at: time,
    delivered_at: time.nullable(),
  })
  .meta({ id: 'Delivery' });

export const deliveryPage = pageOf('deliveries', delivery);
