import { z } from 'zod';
import { parametersField } from './message-options.js';
import { durationField, MAX_TIMEOUT_MS, metadataField, priorityField, userIdField } from './requests.js';
import { textField } from './text-field.js';

/** More turns than this no client keeps. */
const MAX_MESSAGES = 10_000;
const MAX_PARTS = 1_000;
const MAX_CALLS = 1_000;
const YEAR_MS = 365 * 86_400_000;

/** OpenAI's own text of a part may be as long as a body. */
const text = textField(64_000_000);
const name = textField(64).optional();

/** Clients that know every field send null, or nothing between quotes, where they mean nothing. */
const maybe = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), field.optional()).optional();

/** What cannot be honoured is refused, unless it asks for nothing else than what is done anyway. */
const only = <T extends z.ZodType>(value: T, why: string) =>
  maybe(z.unknown().refine((given) => value.safeParse(given).success, why)).meta({
    description: `Not supported: ${why}.`,
  });

const ignored = maybe(z.unknown()).meta({ description: 'Taken, and without effect.' });

const textPart = z.strictObject({ type: z.literal('text'), text });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: text, detail: z.enum(['auto', 'low', 'high']).optional() }),
});
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: text });

const parts = <T extends z.ZodType>(part: T) => z.array(part).min(1).max(MAX_PARTS);
const words = z.union([text, parts(textPart)], 'must be text, or a list of parts of the type text');
const wordsAndPictures = z.union(
  [text, parts(z.discriminatedUnion('type', [textPart, imagePart]))],
  'must be text, or a list of parts of the types text and image_url',
);
const wordsOrRefusal = z.union(
  [text, parts(z.discriminatedUnion('type', [textPart, refusalPart]))],
  'must be text, or a list of parts of the type text',
);

const toolCall = z.object({
  id: text,
  type: z.literal('function', 'must be function: other tools are not supported'),
  function: z.object({ name: textField(256), arguments: text }),
});

const message = z.discriminatedUnion(
  'role',
  [
    z.strictObject({ role: z.enum(['system', 'developer']), content: words, name }),
    z.strictObject({ role: z.literal('user'), content: wordsAndPictures, name }),
    // As it was answered, here or elsewhere; details that no model is told are left out.
    z.object({
      role: z.literal('assistant'),
      content: maybe(wordsOrRefusal),
      refusal: maybe(text),
      name: maybe(textField(64)),
      tool_calls: maybe(z.array(toolCall).max(MAX_CALLS)),
      function_call: only(z.never(), 'use tool_calls'),
      audio: only(z.never(), 'only text is supported'),
    }),
    z.strictObject({ role: z.literal('tool'), content: words, tool_call_id: textField(256) }),
  ],
  'must have one of the roles system, developer, user, assistant, tool',
);
export type CompletionMessage = z.output<typeof message>;

export const SERVICE_TIERS = ['auto', 'default', 'flex', 'priority', 'fast', 'scale'] as const;

const { max_tokens } = parametersField.shape;
const { temperature, top_p, frequency_penalty, presence_penalty, stop, seed } = parametersField.shape;
const { response_format, tools, tool_choice, parallel_tool_calls, reasoning_effort } = parametersField.shape;

/** What `POST /v1/chat/completions` takes; docs/openai.md explains each field. */
export const createCompletionSchema = z
  .strictObject({
    model: textField(128).min(1, 'must name a model, or `auto`'),
    messages: z.array(message, 'must be a list of messages').min(1, 'must not be empty').max(MAX_MESSAGES),
    stream: maybe(z.boolean()),
    stream_options: maybe(z.object({ include_usage: maybe(z.boolean()), include_obfuscation: ignored })),

    temperature: maybe(temperature),
    top_p: maybe(top_p),
    max_tokens: maybe(max_tokens),
    max_completion_tokens: maybe(max_tokens).describe('The same as `max_tokens`; wins over it.'),
    frequency_penalty: maybe(frequency_penalty),
    presence_penalty: maybe(presence_penalty),
    stop: maybe(stop),
    seed: maybe(seed),
    response_format: maybe(response_format),
    tools: maybe(tools),
    tool_choice: maybe(tool_choice),
    parallel_tool_calls: maybe(parallel_tool_calls),
    reasoning_effort: maybe(reasoning_effort),

    user: maybe(userIdField).describe('Whom it is for: the unit of fairness. Else the name of the API key.'),
    safety_identifier: maybe(userIdField).describe('As `user`, where there is none.'),
    metadata: maybe(metadataField),
    service_tier: maybe(z.enum(SERVICE_TIERS)).describe(
      'flex is the priority low, default normal, priority, fast and scale high; auto decides nothing.',
    ),

    priority: maybe(priorityField),
    on_disconnect: maybe(z.enum(['cancel', 'continue'])).describe(
      'What becomes of the message when the caller leaves; cancel where nothing is said.',
    ),
    ttl: maybe(durationField(1, YEAR_MS)).describe('Longest wait for the start; then 504 `expired`.'),
    timeout: maybe(durationField(100, MAX_TIMEOUT_MS)).describe('Longest time that one attempt may take.'),

    n: only(z.literal(1), 'there is one choice; send the request several times'),
    logprobs: only(z.literal(false), 'no log probabilities are kept'),
    top_logprobs: only(z.literal(0), 'no log probabilities are kept'),
    logit_bias: only(z.strictObject({}), 'there is no bias for tokens'),
    modalities: only(z.tuple([z.literal('text')]), 'only text is supported'),
    audio: only(z.never(), 'only text is supported'),
    prediction: only(z.never(), 'predicted outputs are not supported'),
    verbosity: only(z.literal('medium'), 'say in the messages how long the answer is to be'),
    web_search_options: only(z.never(), 'no provider is asked to search'),
    moderation: only(z.never(), 'nothing is moderated'),
    functions: only(z.never(), 'use tools'),
    function_call: only(z.never(), 'use tool_choice'),

    store: ignored,
    prompt_cache_key: ignored,
    prompt_cache_options: ignored,
    prompt_cache_retention: ignored,
  })
  .meta({ id: 'NewChatCompletion' });
export type CreateCompletion = z.output<typeof createCompletionSchema>;
