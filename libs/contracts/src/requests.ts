import { z } from 'zod';
import { CONVERSATION_STATES } from './conversation.js';
import { MESSAGE_STATUSES } from './message.js';
import { PRIORITIES, toPriority } from './priority.js';

/** Postgres stores neither NUL nor lone surrogates, so both are refused at the door. */
const storable = (text: string) => !text.includes('\0') && text.isWellFormed();
const notStorable = 'must not contain NUL or lone surrogates; send valid UTF-8 text';

const text = (max: number) =>
  z
    .string()
    .max(max, `must be at most ${max.toLocaleString('en')} characters`)
    .refine(storable, notStorable);

const userId = text(256).refine((id) => id.trim() !== '', 'must not be blank; name the user whom it is for');
const content = text(4_000_000).refine((value) => value.trim() !== '', 'must not be empty or blank');

/** A name, its number 1–4, or `urgent`. */
const priority = z
  .unknown()
  .transform((value, context) => {
    const known = toPriority(value);
    if (known) return known;
    context.addIssue({ code: 'custom', message: `must be one of ${PRIORITIES.join(', ')}, or 1 to 4` });
    return z.NEVER;
  })
  .meta({ type: 'string', enum: [...PRIORITIES], description: 'A name, or 1 (realtime) to 4 (low).' });

/** In a query every number comes as text. */
const queryPriority = z.preprocess(
  (value) => (typeof value === 'string' && /^[1-4]$/.test(value) ? Number(value) : value),
  priority,
);

const MAX_METADATA_BYTES = 16_384;

const metadata = z.record(text(256), z.json()).superRefine((value, context) => {
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) > MAX_METADATA_BYTES)
    context.addIssue({
      code: 'custom',
      message: `must be at most ${MAX_METADATA_BYTES.toLocaleString('en')} bytes of JSON`,
    });
  if (/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(json))
    context.addIssue({ code: 'custom', message: notStorable });
});

const id = (prefix: string) => text(64).refine((value) => value !== '', `must be an id such as ${prefix}_…`);

export const createMessageSchema = z.strictObject({
  user_id: userId,
  content,
  priority: priority.optional(),
  conversation_id: id('conv').optional(),
  metadata: metadata.optional(),
});
export type CreateMessage = z.output<typeof createMessageSchema>;

export const createConversationMessageSchema = createMessageSchema
  .omit({ conversation_id: true })
  .extend({ user_id: userId.optional() });
export type CreateConversationMessage = z.output<typeof createConversationMessageSchema>;

export const createConversationSchema = z.strictObject({
  user_id: userId,
  title: text(500).optional(),
  context: text(200_000).optional(),
  priority: priority.optional(),
  metadata: metadata.optional(),
});
export type CreateConversation = z.output<typeof createConversationSchema>;

const state = z.enum(CONVERSATION_STATES);

export const updateConversationSchema = z.strictObject({
  title: text(500).optional(),
  context: text(200_000).optional(),
  priority: priority.optional(),
  state: state.optional(),
  metadata: metadata.optional(),
});
export type UpdateConversation = z.output<typeof updateConversationSchema>;

export const setConversationStateSchema = z.strictObject({ state, metadata: metadata.optional() });
export type SetConversationState = z.output<typeof setConversationStateSchema>;

const positive = (max: number) => z.coerce.number().int().min(1).max(max);

/** Paging: a cursor (`after`), a page (`page`, `page_size`) or an offset (`offset`); `limit` is 20 by default. */
const paging = {
  limit: positive(100).optional(),
  after: text(64).optional(),
  page: positive(100_000).optional(),
  page_size: positive(100).optional(),
  offset: z.coerce.number().int().min(0).max(1_000_000).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
};

export const listMessagesSchema = z.strictObject({
  conversation_id: id('conv').optional(),
  user_id: userId.optional(),
  status: z.enum(MESSAGE_STATUSES).optional(),
  priority: queryPriority.optional(),
  sort: z.enum(['created_at', 'updated_at', 'priority']).default('created_at'),
  ...paging,
});
export type ListMessages = z.output<typeof listMessagesSchema>;

export const listConversationsSchema = z.strictObject({
  user_id: userId.optional(),
  state: state.optional(),
  priority: listMessagesSchema.shape.priority,
  sort: z.enum(['created_at', 'updated_at', 'last_active_at']).default('created_at'),
  ...paging,
});
export type ListConversations = z.output<typeof listConversationsSchema>;

export const streamQuerySchema = z.strictObject({
  last_event_id: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type StreamQuery = z.output<typeof streamQuerySchema>;
