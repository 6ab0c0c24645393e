import { z } from 'zod';
import { CONVERSATION_NEWS, CONVERSATION_STATES, MESSAGE_NEWS, MESSAGE_STATUSES } from '#contracts';
import { errorCode, text, time } from './common.js';

/** What happens to messages and conversations, as it is told in channels. */
export const messageNews = z
  .object({
    type: z.enum(MESSAGE_NEWS),
    message_id: text,
    conversation_id: text.nullable(),
    user_id: text,
    status: z.enum(MESSAGE_STATUSES),
    progress: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('Of `message.progress`: an estimate in percent.'),
    error: text.optional(),
    error_code: errorCode.optional(),
    timestamp: time,
  })
  .meta({ id: 'MessageNews' });

export const conversationNews = z
  .object({
    type: z.enum(CONVERSATION_NEWS),
    conversation_id: text,
    user_id: text,
    state: z.enum(CONVERSATION_STATES),
    title: text,
    timestamp: time,
  })
  .meta({ id: 'ConversationNews' });
