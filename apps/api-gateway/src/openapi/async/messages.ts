import { z } from 'zod';
import { anything } from '../answers/common.js';
import { completionChunk } from '../answers/completion.js';
import { conversation, sessionEvents } from '../answers/conversation.js';
import { replyEvents } from '../answers/message.js';
import { conversationNews, messageNews } from '../answers/news.js';
import { task, taskEvent, taskFrame } from '../answers/task.js';
import { command, move, oneWay, reply } from './centrifuge.js';

/** What goes over a channel. */
export interface AsyncMessage {
  readonly title: string;
  readonly summary?: string;
  readonly contentType?: string;
  readonly payload: z.ZodType;
}

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
  oneWay: {
    title: 'Who the client is, then pushes',
    summary: 'Not wrapped in anything. An empty one is a ping.',
    payload: oneWay,
  },
  publication: {
    title: 'A piece of the reply',
    summary:
      'In the channel of a chat as a string that holds it, in that of a message as an object; `data: {"format": "object"}` or `"string"` of the subscription says it otherwise.',
    payload: chatPayload,
  },
  conversationState: {
    title: 'The conversation as it is now',
    summary: 'The `data` of the answer to the subscription.',
    payload: conversation,
  },
  taskState: {
    title: 'The task as it is now',
    summary: 'The `data` of the answer to the subscription.',
    payload: task,
  },
  messageNews: { title: 'What became of a message', payload: messageNews },
  conversationNews: { title: 'Somebody began or changed a conversation', payload: conversationNews },
  data: {
    title: 'What somebody has published',
    summary: 'Any JSON: by a client where `publish` is set, or by the server API.',
    payload: anything,
  },
  join: {
    title: 'Somebody came',
    summary: 'Where `join_leave` is set, for those who ask for it; with `force_push_join_leave` for all.',
    payload: move,
  },
  leave: { title: 'Somebody went', summary: 'As `join`.', payload: move },
} as const satisfies Record<string, AsyncMessage>;

export type MessageName = keyof typeof ASYNC_MESSAGES;
