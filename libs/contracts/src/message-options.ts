import { z } from 'zod';
import { type ChatMessage } from './chat-message.js';
import { hasUnstorableEscape, NOT_STORABLE, textField } from './text-field.js';

/** Everything that a message asks of a model, together, as JSON. */
export const MAX_PARAMETERS_BYTES = 262_144;
const MAX_TOOLS = 128;
const MAX_STOPS = 16;

const jsonSchema = z.record(z.string(), z.json(), 'must be a JSON Schema');
const name = z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -');
const penalty = z.number().min(-2).max(2);

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name,
    description: textField(4_096).optional(),
    parameters: jsonSchema.optional(),
    strict: z.boolean().optional(),
  }),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['text', 'json_object']) }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name,
      description: textField(4_096).optional(),
      schema: jsonSchema.optional(),
      strict: z.boolean().optional(),
    }),
  }),
]);

/** How the model is to answer, in the words of OpenAI's chat completions; what is left out is the provider's choice. */
export const parametersField = z
  .strictObject({
    temperature: z.number().min(0).max(2).optional(),
    top_p: z.number().min(0).max(1).optional(),
    max_tokens: z.int().min(1).max(10_000_000).optional(),
    frequency_penalty: penalty.optional(),
    presence_penalty: penalty.optional(),
    stop: z.union([textField(256), z.array(textField(256)).max(MAX_STOPS)]).optional(),
    seed: z.int().optional(),
    response_format: responseFormat.optional(),
    tools: z.array(tool).max(MAX_TOOLS).optional(),
    tool_choice: z
      .union([
        z.enum(['none', 'auto', 'required']),
        z.strictObject({ type: z.literal('function'), function: z.strictObject({ name }) }),
      ])
      .optional(),
    parallel_tool_calls: z.boolean().optional(),
    reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  })
  .superRefine((value, context) => {
    const json = JSON.stringify(value);
    if (hasUnstorableEscape(json)) context.addIssue({ code: 'custom', message: NOT_STORABLE });
    if (Buffer.byteLength(json) <= MAX_PARAMETERS_BYTES) return;
    const message = `must be at most ${MAX_PARAMETERS_BYTES.toLocaleString('en')} bytes of JSON`;
    context.addIssue({ code: 'custom', message });
  });
export type MessageParameters = z.output<typeof parametersField>;

/** Whether the answer to an equal message may be used, and how old it may be: in a duration such as 1h. */
export interface MessageConfig {
  readonly cache_enabled: true;
  /** Undefined: as configured. */
  readonly cache_ttl?: string;
}

/** How large it may be is a setting. */
export const dataField = z.json().superRefine((value, context) => {
  if (hasUnstorableEscape(JSON.stringify(value))) context.addIssue({ code: 'custom', message: NOT_STORABLE });
});

/** What a message asks of the model, beside its text; stored as it is, and left out where nothing is asked. */
export interface MessageOptions {
  /** Where it stands in the trace that it was accepted in; undefined: nobody traces. */
  readonly traceparent?: string;
  readonly parameters?: MessageParameters;
  /** Told before everything else; the context of a conversation follows it. */
  readonly system_prompt?: string;
  /** All that the model is told, turn by turn, in place of the content and of any conversation. */
  readonly messages?: readonly ChatMessage[];
  readonly config?: MessageConfig;
  /** Longest wait before the first retry, as a duration. */
  readonly retry_delay?: string;
  /** How it is put to the model, and what must come back. */
  readonly task_type?: string;
  /** What the work is done on, any JSON. */
  readonly data?: unknown;
  /** Whose network the request came from, as a digest: for endpoints that are chosen by it. Shown to nobody. */
  readonly client?: string;
}
