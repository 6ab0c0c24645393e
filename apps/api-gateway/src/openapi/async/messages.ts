import { z } from 'zod';
import { replyEvents } from '../answers/message.js';
import { completionChunk } from '../answers/completion.js';
import { sessionEvents } from '../answers/conversation.js';
import { taskEvent, taskFrame } from '../answers/task.js';

/** What goes over a channel. */
export interface AsyncMessage {
  readonly title: string;
  readonly summary?: string;
  readonly contentType?: string;
  readonly payload: z.ZodType;
}

const code = z.object({ code: z.int(), message: z.string(), temporary: z.boolean().optional() });
const position = {
  recoverable: z.boolean().optional(),
  epoch: z.string().optional(),
  offset: z.int().optional(),
};

const command = z
  .looseObject({
    id: z.int().optional(),
    connect: z.looseObject({ token: z.string().optional() }).optional(),
    subscribe: z.looseObject({ channel: z.string(), token: z.string().optional(), ...position }).optional(),
    unsubscribe: z.looseObject({ channel: z.string() }).optional(),
    publish: z.looseObject({ channel: z.string(), data: z.unknown() }).optional(),
    presence: z.looseObject({ channel: z.string() }).optional(),
    presence_stats: z.looseObject({ channel: z.string() }).optional(),
    history: z.looseObject({ channel: z.string() }).optional(),
    refresh: z.looseObject({ token: z.string() }).optional(),
    sub_refresh: z.looseObject({ channel: z.string(), token: z.string() }).optional(),
  })
  .meta({ id: 'CentrifugeCommand' });

const pushed = z.looseObject({
  channel: z.string().optional(),
  pub: z.looseObject({ data: z.unknown(), offset: z.int().optional() }).optional(),
});

const reply = z
  .looseObject({ id: z.int().optional(), error: code.optional(), push: pushed.optional() })
  .meta({ id: 'CentrifugeReply' });

const chatPayload = z
  .object({
    type: z.enum(['start', 'chunk', 'end', 'error', 'reset']),
    message: z.string().optional(),
  })
  .meta({ id: 'ChatPayload' });

const JSON_LINES = 'application/x-ndjson';

export const ASYNC_MESSAGES = {
  text: {
    title: 'A text of a user',
    summary: 'At most 1 MiB; each is the next turn of the session.',
    contentType: 'text/plain',
    payload: z.string(),
  },
  piece: {
    title: 'A piece of the answer',
    summary: 'To be shown behind the one before. `error: <code>: …` and `restart: …` are no pieces.',
    contentType: 'text/plain',
    payload: z.string(),
  },
  taskEvent: { title: 'What became of a task', payload: taskEvent },
  started: { title: 'The first attempt begins', payload: replyEvents.started },
  delta: { title: 'A piece of the reply', payload: replyEvents.delta },
  reset: { title: 'A new attempt: drop the text that you have', payload: replyEvents.reset },
  end: { title: 'The last event, exactly once', payload: replyEvents.end },
  connected: { title: 'The first event', payload: sessionEvents.connected },
  message: { title: 'A piece of an answer of the session', payload: sessionEvents.message },
  sessionReset: { title: 'The answer begins again', payload: sessionEvents.reset },
  ping: { title: 'A sign of life', payload: sessionEvents.ping },
  sessionEnd: { title: 'The session has ended, or the process does', payload: sessionEvents.end },
  taskFrame: { title: 'How far the task is', payload: taskFrame },
  completionChunk: { title: 'A piece of the answer, as OpenAI sends it', payload: completionChunk },
  command: {
    title: 'Commands of a client',
    summary: 'Protocol version 2, JSON; several stand on a line each. An empty one answers a ping.',
    contentType: JSON_LINES,
    payload: command,
  },
  answer: {
    title: 'Answers and pushes',
    summary: 'Several stand on a line each. An empty one is a ping.',
    contentType: JSON_LINES,
    payload: reply,
  },
  publication: {
    title: 'A piece of a chat',
    summary: 'As a string that holds it; as an object for who subscribes with `data: {"format": "object"}`.',
    payload: chatPayload,
  },
} as const satisfies Record<string, AsyncMessage>;

export type MessageName = keyof typeof ASYNC_MESSAGES;
