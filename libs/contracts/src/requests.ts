import { z } from 'zod';
import { type Callback } from './callback.js';
import { type ChatMessage } from './chat-message.js';
import { CONVERSATION_STATES, FAILURE_POLICIES } from './conversation.js';
import { MESSAGE_STATUSES } from './message.js';
import { parseDuration } from './duration.js';
import { dataField, parametersField } from './message-options.js';
import { PRIORITIES, toPriority } from './priority.js';
import { hasUnstorableEscape, NOT_STORABLE, textField } from './text-field.js';

export const userIdField = textField(256).refine(
  (id) => id.trim() !== '',
  'must not be blank; name the user whom it is for',
);
const content = textField(4_000_000).refine((value) => value.trim() !== '', 'must not be empty or blank');

/** A name, its number 1–4, or `urgent`. */
export const priorityField = z
  .unknown()
  .transform((value, context) => {
    const known = toPriority(value);
    if (known) return known;
    context.addIssue({ code: 'custom', message: `must be one of ${PRIORITIES.join(', ')}, or 1 to 4` });
    return z.NEVER;
  })
  .meta({ enum: [...PRIORITIES, 'urgent', 1, 2, 3, 4], description: 'A name, or 1 (realtime) to 4 (low).' });

/** In a query every number comes as text. */
export const queryPriorityField = z.preprocess(
  (value) => (typeof value === 'string' && /^[1-4]$/.test(value) ? Number(value) : value),
  priorityField,
);

export const MAX_METADATA_BYTES = 16_384;

export const metadataField = z.record(textField(256), z.json()).superRefine((value, context) => {
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) > MAX_METADATA_BYTES)
    context.addIssue({
      code: 'custom',
      message: `must be at most ${MAX_METADATA_BYTES.toLocaleString('en')} bytes of JSON`,
    });
  if (hasUnstorableEscape(json)) context.addIssue({ code: 'custom', message: NOT_STORABLE });
});

const id = (prefix: string) =>
  textField(64).refine((value) => value !== '', `must be an id such as ${prefix}_…`);

const YEAR_MS = 365 * 86_400_000;

/** `30s`, `5m` or a number of ms, as ms. */
export const durationField = (minMs: number, maxMs: number) =>
  z
    .union([z.string().max(32), z.number()])
    .transform((given, context) => {
      const ms = parseDuration(given);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      const message = `must be a duration from ${minMs}ms to ${maxMs}ms, such as 500ms, 30s or 5m`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ description: 'A duration such as 500ms, 30s or 5m, or a number of ms.' });

export const moment = z.iso
  .datetime({ offset: true, message: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((value) => new Date(value));

/** Longest time that an answer may be used for. */
export const MAX_CACHE_TTL_MS = 7 * 86_400_000;

/** Longest time that one attempt may take. */
export const MAX_TIMEOUT_MS = 86_400_000;

export const retryDelayField = durationField(10, 86_400_000);

const configField = z.strictObject({
  cache_enabled: z
    .boolean()
    .optional()
    .describe("Whether the answer to an equal message may be used, and this one's kept."),
  cache_ttl: durationField(1_000, MAX_CACHE_TTL_MS)
    .optional()
    .describe("How old such an answer may be, and for how long this one's is kept."),
});

const messageFields = z.strictObject({
  user_id: userIdField.describe('Whom it is for.'),
  content: content.describe('What the user says.'),
  priority: priorityField.optional(),
  conversation_id: id('conv').optional().describe('The conversation whose next turn it is.'),
  metadata: metadataField.optional().describe('Any JSON object of at most 16 KiB.'),
  provider: textField(64)
    .optional()
    .describe('Who answers; without it, or with `auto`, the routing decides.'),
  model: textField(128)
    .optional()
    .describe(
      'A model, an alias or a group of the routing; without it, or with `auto`, the routing decides.',
    ),
  system_prompt: textField(200_000).optional().describe('Told to the model before everything else.'),
  parameters: parametersField
    .optional()
    .describe("How the model is to answer, in the words of OpenAI's chat completions."),
  config: configField.optional(),
  task_type: textField(64)
    .optional()
    .describe(
      'The kind of work: its template makes the prompt of content and data, and its schema says what must come back.',
    ),
  data: dataField.optional().describe('What the work is done on: any JSON.'),
  scheduled_at: moment.optional().describe('Not before this time.'),
  delay: durationField(0, YEAR_MS).optional().describe('Not before this much time has passed.'),
  ttl: durationField(1, YEAR_MS)
    .optional()
    .describe('If it has not started this long after it could have, it ends as `timeout`.'),
  timeout: durationField(100, MAX_TIMEOUT_MS).optional().describe('Longest time that one attempt may take.'),
  max_retries: z.int().min(0).max(100).optional(),
  retry_delay: retryDelayField
    .optional()
    .describe('Longest wait before the first retry; doubles with each further one.'),
});
/** `id`s are the names of schemas in the published document. */
export const createMessageSchema = messageFields.meta({ id: 'NewMessage' });
export type CreateMessage = z.output<typeof createMessageSchema> & {
  /** Only tasks have one. */
  readonly callback?: Callback | undefined;
  /** Only chat completions have them: all that the model is told, of which `content` is the last that a user said. */
  readonly messages?: readonly ChatMessage[] | undefined;
};

export const createConversationMessageSchema = messageFields
  .omit({ conversation_id: true })
  .extend({ user_id: userIdField.optional() })
  .meta({ id: 'NewTurn' });
export type CreateConversationMessage = z.output<typeof createConversationMessageSchema>;

export const createConversationSchema = z.strictObject({
  user_id: userIdField,
  title: textField(500).optional(),
  context: textField(200_000).optional(),
  priority: priorityField.optional(),
  on_failure: z.enum(FAILURE_POLICIES).optional(),
  metadata: metadataField.optional(),
});
export type CreateConversation = z.output<typeof createConversationSchema>;

const state = z.enum(CONVERSATION_STATES);

export const updateConversationSchema = z.strictObject({
  title: textField(500).optional(),
  context: textField(200_000).optional(),
  priority: priorityField.optional(),
  state: state.optional(),
  on_failure: z.enum(FAILURE_POLICIES).optional(),
  metadata: metadataField.optional(),
});
export type UpdateConversation = z.output<typeof updateConversationSchema>;

export const setConversationStateSchema = z.strictObject({ state, metadata: metadataField.optional() });
export type SetConversationState = z.output<typeof setConversationStateSchema>;

export const positiveField = (max: number) => z.coerce.number().int().min(1).max(max);

/** Paging: a cursor (`after`), a page (`page`, `page_size`) or an offset (`offset`); `limit` is 20 by default. */
export const pagingFields = {
  limit: positiveField(100).optional().describe('How many at most; 20 by default.'),
  after: textField(64).optional().describe('The `pagination.next` of the page before.'),
  page: positiveField(100_000).optional().describe('From 1; with `page_size`. Answered with a `total`.'),
  page_size: positiveField(100).optional(),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('With `limit`. Answered with a `total`.'),
  order: z.enum(['asc', 'desc']).default('desc'),
};

export const listMessagesSchema = z.strictObject({
  conversation_id: id('conv').optional(),
  user_id: userIdField.optional(),
  status: z.enum(MESSAGE_STATUSES).optional(),
  priority: queryPriorityField.optional(),
  sort: z.enum(['created_at', 'updated_at', 'priority']).default('created_at'),
  ...pagingFields,
});
export type ListMessages = z.output<typeof listMessagesSchema>;

export const listConversationsSchema = z.strictObject({
  user_id: userIdField.optional(),
  state: state.optional(),
  priority: listMessagesSchema.shape.priority,
  sort: z.enum(['created_at', 'updated_at', 'last_active_at']).default('created_at'),
  ...pagingFields,
});
export type ListConversations = z.output<typeof listConversationsSchema>;

export const streamQuerySchema = z.strictObject({
  last_event_id: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('As the header `Last-Event-ID`, which wins.'),
});
export type StreamQuery = z.output<typeof streamQuerySchema>;
