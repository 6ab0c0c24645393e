import { z } from 'zod';
import { createMessageSchema, MAX_BATCH } from '#contracts';
import { batch, message, messagePage, replyEvents, reportedMessage } from '../answers/message.js';
import { type Group } from '../operation.js';
import { ACCEPTING, STREAMING } from './error-sets.js';

export const MESSAGES: Group = {
  tag: 'Messages',
  text: 'A message is one unit of work: what a user said, and its fate.',
  params: { id: 'Id of the message, `msg_…`.' },
  operations: {
    'POST /api/v1/messages': {
      id: 'createMessage',
      summary: 'Send a message',
      text: 'It is on disk when you have the answer, which tells its place in the queue.',
      answer: message,
      headers: ['location', 'idempotency-replayed'],
      takes: ['idempotency-key'],
      errors: ACCEPTING,
      example: { user_id: 'me', content: 'Hello!', priority: 'high' },
    },
    'POST /api/v1/messages/batch': {
      id: 'createBatch',
      summary: 'Send up to a thousand messages',
      text: 'Each is checked and accepted by itself. 201 when all were, else 200.',
      answer: batch,
      others: { 200: batch },
      takes: ['idempotency-key'],
      body: z.strictObject({ messages: z.array(createMessageSchema).min(1).max(MAX_BATCH) }),
      example: {
        messages: [
          { user_id: 'me', content: 'One.' },
          { user_id: 'me', content: 'Two.', priority: 'low' },
        ],
      },
    },
    'GET /api/v1/messages': {
      id: 'listMessages',
      summary: 'List messages',
      text: 'Pages by cursor (`limit`, `after`), by number (`page`, `page_size`) or by `offset` and `limit`.',
      answer: messagePage,
      errors: ['invalid_priority', 'invalid_user_id'],
    },
    'GET /api/v1/messages/:id': {
      id: 'getMessage',
      summary: 'Read a message and its reply',
      answer: message,
      errors: ['message_not_found'],
    },
    'GET /api/v1/messages/:id/stream': {
      id: 'streamMessage',
      summary: 'Stream the reply',
      text: 'Leaving does not cancel: come back, to any gateway, with the id of the last event that you saw.',
      answer: {
        type: 'text/event-stream',
        text: 'From the beginning of the reply, or after `Last-Event-ID`, to `end`. A stream that ends without `end` was interrupted.',
        events: replyEvents,
      },
      others: { 204: null },
      takes: ['last-event-id'],
      errors: ['message_not_found', ...STREAMING],
    },
    'PATCH /api/v1/messages/:id': {
      id: 'changeMessage',
      summary: 'Change the priority of a message that waits',
      answer: message,
      errors: [
        'message_not_found',
        'message_finished',
        'invalid_priority',
        'invalid_transition',
        'queue_full',
        'shed',
        'draining',
      ],
      example: { priority: 'low' },
    },
    'PUT /api/v1/messages/:id/status': {
      id: 'reportMessage',
      summary: 'Run a message with a worker of your own',
      answer: reportedMessage,
      errors: ['message_not_found', 'invalid_transition', 'cancelled'],
      example: { status: 'processing', worker: 'mine-1' },
    },
    'DELETE /api/v1/messages/:id': {
      id: 'cancelMessage',
      summary: 'Cancel a message',
      text: 'One that waits ends at once, one that runs a moment later, with what it had said.',
      answer: message,
      errors: ['message_not_found', 'message_finished'],
    },
  },
};
