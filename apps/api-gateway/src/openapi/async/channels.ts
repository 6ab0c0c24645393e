import { z } from 'zod';
import { SOCKET_MODES } from '#contracts';
import { type MessageName } from './messages.js';

/** Where messages go, and who sends them: `in` to the server, `out` to its clients. */
export interface AsyncChannel {
  readonly address: string;
  readonly over: 'websocket' | 'http';
  readonly title: string;
  readonly text: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: z.ZodType;
  readonly in?: readonly MessageName[];
  readonly out?: readonly MessageName[];
}

const token = z.string().optional().describe('An API key, where headers cannot be sent.');

const socketQuery = z.object({
  mode: z.enum(SOCKET_MODES).optional(),
  session_id: z.string().optional(),
  user_id: z.string().optional(),
  token,
});

const RESUMED = 'Every event has an `id`; send the last one as `Last-Event-ID` to go on, at any gateway.';
const BY_CENTRIFUGE = 'Subscribed to by the Centrifuge protocol, over any of its ways.';
const NOT_KEPT = 'Nothing of it is kept: who comes back is told how things stand now.';
const REPLY = ['started', 'delta', 'reset', 'end'] as const;

export const ASYNC_CHANNELS: Readonly<Record<string, AsyncChannel>> = {
  chat: {
    address: '/ws',
    over: 'websocket',
    title: 'Chat',
    text: 'Text in, answers out, as the next turns of a session. With `mode=tasks` what becomes of tasks.',
    query: socketQuery,
    in: ['text'],
    out: ['piece', 'taskEvent'],
  },
  reply: {
    address: '/api/v1/messages/{id}/stream',
    over: 'http',
    title: 'The reply of a message',
    text: `Server-sent events, named after the messages. ${RESUMED} A stream without \`end\` was interrupted.`,
    parameters: { id: 'Id of the message.' },
    out: REPLY,
  },
  session: {
    address: '/sse/{session}',
    over: 'http',
    title: 'The replies of a session',
    text: `Server-sent events \`connected\`, \`message\`, \`reset\`, \`ping\` and \`end\`. ${RESUMED}`,
    parameters: { session: 'Name of the session.' },
    out: ['connected', 'message', 'sessionReset', 'ping', 'sessionEnd'],
  },
  process: {
    address: '/api/v1/process/stream',
    over: 'http',
    title: 'The reply of a task that is submitted by the same request',
    text: 'Server-sent events without a name, as the answer to a POST of the task.',
    out: ['taskFrame'],
  },
  completion: {
    address: '/v1/chat/completions',
    over: 'http',
    title: 'The answer of a chat completion',
    text: 'Server-sent events without a name, as the answer to a POST with `stream`; the last one is `[DONE]`.',
    out: ['completionChunk'],
  },
  centrifuge: {
    address: '/connection/websocket',
    over: 'websocket',
    title: 'The Centrifuge protocol',
    text: 'Version 2, JSON. Frames of at most 64 KB.',
    query: z.object({ token }),
    in: ['command'],
    out: ['answer'],
  },
  centrifugeEvents: {
    address: '/connection/sse',
    over: 'http',
    title: 'The Centrifuge protocol as server-sent events',
    text: 'The connect command comes as `cf_connect` in the query or as the body of a POST, all others at `/emulation`.',
    out: ['answer'],
  },
  centrifugeLines: {
    address: '/connection/http_stream',
    over: 'http',
    title: 'The Centrifuge protocol as lines',
    text: 'A POST with the connect command; all others come at `/emulation`.',
    in: ['command'],
    out: ['answer'],
  },
  centrifugeOneWay: {
    address: '/connection/uni_sse',
    over: 'http',
    title: 'Pushes of the Centrifuge protocol, one way only',
    text: '`cf_connect` in the query, or the body of a POST, says what is subscribed to.',
    out: ['oneWay'],
  },
  emulation: {
    address: '/emulation',
    over: 'http',
    title: 'Commands of clients whose connection is a response',
    text: 'POSTs of `{"session", "node", "data"}`, `data` being the commands as text. Any gateway takes them.',
    in: ['command'],
  },
  chatChannel: {
    address: 'chat:{uuid}',
    over: 'websocket',
    title: 'The channel of a chat',
    text: `${BY_CENTRIFUGE} \`POST /api/chat\` answers with its name. It is recoverable.`,
    parameters: { uuid: 'That of the message.' },
    out: ['publication'],
  },
  messageChannel: {
    address: 'messages:{id}',
    over: 'websocket',
    title: 'The channel of a message',
    text: `${BY_CENTRIFUGE} The reply of any message. It is recoverable.`,
    parameters: { id: 'Id of the message.' },
    out: ['publication'],
  },
  userEvents: {
    address: 'user:{user_id}',
    over: 'websocket',
    title: 'What happens to the messages and conversations of a user',
    text: `${BY_CENTRIFUGE} ${NOT_KEPT}`,
    parameters: { user_id: 'As the messages say.' },
    out: ['messageNews', 'conversationNews'],
  },
  conversationEvents: {
    address: 'conversations:{id}',
    over: 'websocket',
    title: 'What happens to a conversation and its messages',
    text: `${BY_CENTRIFUGE} ${NOT_KEPT}`,
    parameters: { id: 'Id of the conversation.' },
    out: ['conversationState', 'messageNews', 'conversationNews'],
  },
  taskEvents: {
    address: 'tasks:{id}',
    over: 'websocket',
    title: 'What becomes of a task',
    text: `${BY_CENTRIFUGE} ${NOT_KEPT}`,
    parameters: { id: 'Id of the task, in either form.' },
    out: ['taskState', 'taskEvent'],
  },
  ownChannel: {
    address: '{namespace}:{name}',
    over: 'websocket',
    title: 'Channels of your own',
    text: `${BY_CENTRIFUGE} \`centrifuge.namespaces\` says what they offer; \`""\` are those without a colon.`,
    parameters: { namespace: 'One of `centrifuge.namespaces`.', name: 'Anything.' },
    in: ['data'],
    out: ['data', 'join', 'leave'],
  },
  callback: {
    address: '{callback_url}',
    over: 'http',
    title: 'Callbacks',
    text: 'What becomes of a task that has a callback, as a POST to its address, signed and repeated until it is taken.',
    parameters: { callback_url: 'As the task says.' },
    out: ['taskEvent'],
  },
};
