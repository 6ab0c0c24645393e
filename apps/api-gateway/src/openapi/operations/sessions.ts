import { session, sessionEvents, sessionPage } from '../answers/conversation.js';
import { message } from '../answers/message.js';
import { type Group } from '../operation.js';
import { ACCEPTING, STREAMING } from './error-sets.js';

export const SESSIONS: Group = {
  tag: 'Sessions',
  text: 'Conversations under a name, for clients that know nothing but text.',
  params: { id: 'Name of the session.', sessionId: 'Name of the session.' },
  operations: {
    'POST /api/v1/sessions': {
      id: 'createSession',
      summary: 'Begin a session, or open one again',
      text: '200 with the session as it is where there was one.',
      answer: session,
      others: { 200: session },
      headers: ['location'],
      errors: ['invalid_session_id', 'invalid_user_id'],
      example: { session_id: 'kitchen', user_id: 'me' },
    },
    'GET /api/v1/sessions': {
      id: 'listSessions',
      summary: 'List sessions',
      answer: sessionPage,
      errors: ['invalid_user_id'],
    },
    'GET /api/v1/sessions/:id': {
      id: 'getSession',
      summary: 'Read a session',
      answer: session,
      errors: ['session_not_found'],
    },
    'POST /api/v1/sessions/:id/messages': {
      id: 'createSessionMessage',
      summary: 'Send the next turn of a session',
      answer: message,
      headers: ['location', 'idempotency-replayed'],
      takes: ['idempotency-key'],
      errors: ['session_not_found', 'session_closed', ...ACCEPTING],
      example: { content: 'Hello!' },
    },
    'POST /api/v1/sessions/:id/close': {
      id: 'closeSession',
      summary: 'Close a session',
      text: 'It takes no more messages until somebody begins it again.',
      answer: session,
      errors: ['session_not_found'],
    },
    'DELETE /api/v1/sessions/:id': {
      id: 'deleteSession',
      summary: 'Forget a session',
      text: 'Its conversation and messages stay.',
      answer: null,
      errors: ['session_not_found'],
    },
    'GET /sse/:sessionId': {
      id: 'streamSession',
      summary: 'Stream all replies of a session',
      text: 'The stream stays open from one reply to the next. 400 and 404 are plain text.',
      answer: {
        type: 'text/event-stream',
        text: 'From the first reply, or after `Last-Event-ID`.',
        events: sessionEvents,
      },
      takes: ['last-event-id'],
      others: {
        400: { type: 'text/plain', text: 'The name is none, or a parameter is wrong.' },
        404: { type: 'text/plain', text: 'There is no such session.' },
      },
      errors: [...STREAMING, 'stream_lost'],
    },
  },
};
