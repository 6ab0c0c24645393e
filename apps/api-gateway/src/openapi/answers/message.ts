import { z } from 'zod';
import { FINAL_STATUSES, MESSAGE_STATUSES } from '#contracts';
import {
  amount,
  anyObject,
  anything,
  count,
  failure,
  money,
  pageOf,
  priority,
  problem,
  span,
  text,
  time,
  tokenUsage,
} from './common.js';

const usage = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    cached_tokens: count.optional(),
    reasoning_tokens: count.optional(),
    estimated: z.boolean().describe('The provider counted none, and these are our estimate.'),
  })
  .meta({ id: 'Usage' });

const toolCall = z.object({
  id: text,
  type: z.literal('function'),
  function: z.object({ name: text, arguments: text }),
});

const reply = z
  .object({
    content: text,
    data: anything.optional().describe('The result, where one of a certain form was asked for.'),
    provider: text,
    model: text,
    finish_reason: text.nullable(),
    tool_calls: z.array(toolCall).optional(),
    reasoning: text.optional().describe('What the model thought; no part of the content.'),
    usage,
    cached: z.literal(true).optional().describe('It was made for an equal message.'),
    cache_age: amount.optional().describe('So many seconds before.'),
  })
  .meta({ id: 'Reply' });

const spent = z
  .object({
    calls: count,
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    cached_tokens: count,
    estimated: z.boolean(),
    ...money,
  })
  .meta({ id: 'SpentUsage', description: 'Over all calls for the message, failed ones included.' });

const target = z.object({ provider: text, model: text });
const routing = z.looseObject({
  targets: z.array(target),
  at: count,
  candidates: z.array(z.looseObject({})),
});

const place = z
  .object({
    position: count.describe('1 is next.'),
    exact: z.boolean(),
    turns_ahead: count,
    estimated_wait: span.nullable(),
    estimated_wait_ms: count.nullable(),
  })
  .meta({ id: 'QueuePlace' });

const fields = {
  id: text.meta({ examples: ['msg_01a1f956f23470008760cdc2fe54819d'] }),
  conversation_id: text.nullable(),
  user_id: text,
  content: text,
  priority,
  provider: text,
  model: text.nullable(),
  parameters: anyObject.optional(),
  system_prompt: text.optional(),
  messages: z
    .array(z.looseObject({ role: text }))
    .optional()
    .describe('All that the model is told, of a chat completion.'),
  config: z.object({ cache_enabled: z.boolean(), cache_ttl: span.optional() }).optional(),
  retry_delay: span.optional(),
  task_type: text.optional(),
  data: anything.optional(),
  routing: routing.describe('Who may answer, in order, and why.'),
  status: z.enum(MESSAGE_STATUSES),
  queue_name: text,
  retry_count: count,
  max_retries: count,
  timeout: span,
  metadata: anyObject,
  reply: reply.nullable(),
  usage: spent.nullable(),
  error: failure.nullable(),
  request_id: text,
  created_at: time,
  updated_at: time,
  scheduled_at: time.nullable(),
  expires_at: time.nullable(),
  started_at: time.nullable(),
  completed_at: time.nullable(),
};

/** `queue` is there while the message waits, and null in the answer to one that does not wait any more. */
export const message = z.object({ ...fields, queue: place.nullish() }).meta({ id: 'Message' });

export const messagePage = pageOf('messages', message).meta({ id: 'MessagePage' });

export const reportedMessage = z.object({
  ...fields,
  attempt: count.describe('Send it with the next report.'),
  lease_until: time.nullable(),
});

export const batch = z
  .object({
    created: count,
    failed: count,
    results: z.array(
      z.object({
        index: count,
        status: z.int().describe('As the message alone would have been answered.'),
        replayed: z.literal(true).optional(),
        message: message.optional(),
        error: problem.optional(),
      }),
    ),
  })
  .meta({ id: 'Batch' });

/** The data of the events of a reply stream. */
export const replyEvents = {
  started: z.object({ seq: count, attempt: count }).meta({ id: 'ReplyStarted' }),
  delta: z.object({ seq: count, text }).meta({ id: 'ReplyDelta' }),
  reset: z.object({ seq: count, attempt: count, reason: text }).meta({ id: 'ReplyReset' }),
  end: z
    .object({
      seq: count,
      status: z.enum(FINAL_STATUSES),
      finish_reason: text.optional(),
      usage: tokenUsage.optional(),
      cached: z.literal(true).optional(),
      error: failure.optional(),
    })
    .meta({ id: 'ReplyEnd' }),
};
