import { z } from 'zod';
import { CONVERSATION_STATES, FAILURE_POLICIES } from '#contracts';
import { anyObject, count, pageOf, priority, text, time } from './common.js';

const state = z.enum(CONVERSATION_STATES);

export const conversation = z
  .object({
    id: text,
    user_id: text,
    title: text,
    context: text.describe('Goes first into every prompt.'),
    state,
    status: state.describe('The same as `state`.'),
    priority,
    on_failure: z.enum(FAILURE_POLICIES),
    blocked_by: text.nullable().describe('The failed message that the next turns wait for.'),
    message_count: count,
    metadata: anyObject,
    created_at: time,
    updated_at: time,
    last_active_at: time,
    completed_at: time.nullable(),
  })
  .meta({ id: 'Conversation' });

export const conversationPage = pageOf('conversations', conversation).meta({ id: 'ConversationPage' });

export const session = z
  .object({
    id: text,
    session_id: text,
    user_id: text,
    is_active: z.boolean(),
    conversation_id: text.nullable(),
    context: text,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Session' });

export const sessionPage = pageOf('sessions', session).meta({ id: 'SessionPage' });

/** The data of the events of a session's stream. */
export const sessionEvents = {
  connected: z.object({ sessionId: text }),
  message: z.object({
    chunk: text,
    is_last: z.boolean(),
    error: z.object({ code: text, message: text }).optional(),
  }),
  reset: z.object({ reason: text }),
  ping: z.object({ time: text }),
  end: z.object({ message: text, reason: z.enum(['closed', 'deleted', 'draining']) }),
};
