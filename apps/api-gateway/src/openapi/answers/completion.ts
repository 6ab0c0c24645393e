import { z } from 'zod';
import { count, text } from './common.js';

const head = {
  id: text.meta({ examples: ['chatcmpl-01a1f956f23470008760cdc2fe54819d'] }),
  created: count.describe('In seconds since 1970.'),
  model: text,
  service_tier: z.enum(['flex', 'default', 'priority']).describe('The priority of the message.'),
};

const usage = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count }).optional(),
    completion_tokens_details: z.object({ reasoning_tokens: count }).optional(),
  })
  .meta({ id: 'CompletionUsage' });

const called = { type: z.literal('function'), function: z.object({ name: text, arguments: text }) };
const toolCall = z.object({ id: text, ...called });
const reason = z.enum(['stop', 'length', 'tool_calls', 'content_filter']);

const assistant = z.object({
  role: z.literal('assistant'),
  content: text.nullable(),
  refusal: z.null(),
  annotations: z.array(z.unknown()),
  reasoning_content: text.optional(),
  tool_calls: z.array(toolCall).optional(),
});

export const completion = z
  .object({
    ...head,
    object: z.literal('chat.completion'),
    choices: z.array(
      z.object({ index: count, message: assistant, logprobs: z.null(), finish_reason: reason }),
    ),
    usage,
  })
  .meta({ id: 'ChatCompletion' });

const delta = z.object({
  role: z.literal('assistant').optional(),
  content: text.optional(),
  refusal: z.null().optional(),
  tool_calls: z.array(toolCall.extend({ index: count })).optional(),
});

export const completionChunk = z
  .object({
    ...head,
    object: z.literal('chat.completion.chunk'),
    choices: z.array(z.object({ index: count, delta, logprobs: z.null(), finish_reason: reason.nullable() })),
    usage: usage.nullish().describe('With `stream_options.include_usage`: null in all chunks but the last.'),
  })
  .meta({ id: 'ChatCompletionChunk' });

export const openAiModel = z
  .object({ id: text, object: z.literal('model'), created: count, owned_by: text })
  .meta({ id: 'OpenAiModel' });

export const openAiModels = z.object({ object: z.literal('list'), data: z.array(openAiModel) });

/** A failed request below `/v1`. */
export const openAiError = z
  .object({
    error: z.object({
      message: text,
      type: text,
      param: text.nullable().describe('The field that is wrong.'),
      code: text,
    }),
  })
  .meta({ id: 'OpenAiError' });
