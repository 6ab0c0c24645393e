import {
  auditPage,
  deadLetterPage,
  deadLetterWithMessage,
  redrive,
  redrivePage,
} from '../answers/dead-letter.js';
import { message } from '../answers/message.js';
import { type Group } from '../operation.js';

const NOT_FOUND = ['dead_letter_not_found', 'message_not_found'] as const;
const REQUEUE = [...NOT_FOUND, 'conversation_closed'] as const;
const filter = { filter: { code: 'provider_unavailable', newer_than: '2h' }, rate: 20 };
const REDRIVE = ['redrive_running', 'invalid_priority'] as const;

export const DEAD_LETTERS: Group = {
  tag: 'Dead letters',
  text: 'Messages that failed for good, until they are requeued, deleted, or too old.',
  params: {
    id: 'Id of the dead letter, which is that of its message, or of the redrive.',
    queue_type: '`dead_letter`, `standard`, `delayed` or `priority`.',
  },
  operations: {
    'GET /api/v1/dead-letters': {
      id: 'listDeadLetters',
      summary: 'List dead letters',
      answer: deadLetterPage,
      errors: ['invalid_priority', 'invalid_user_id'],
    },
    'GET /api/v1/dead-letters/audit': {
      id: 'listDeadLetterAudit',
      summary: 'Who requeued or deleted what',
      answer: auditPage,
    },
    'GET /api/v1/dead-letters/:id': {
      id: 'getDeadLetter',
      summary: 'Read a dead letter with its message',
      answer: deadLetterWithMessage,
      errors: NOT_FOUND,
    },
    'POST /api/v1/dead-letters/:id/requeue': {
      id: 'requeueDeadLetter',
      summary: 'Let the message wait again',
      answer: message,
      errors: REQUEUE,
    },
    'DELETE /api/v1/dead-letters/:id': {
      id: 'deleteDeadLetter',
      summary: 'Delete a dead letter',
      text: 'The message stays, as `failed` or `timeout`.',
      answer: message,
      errors: NOT_FOUND,
    },
    'POST /api/v1/dead-letters/requeue': {
      id: 'createRedrive',
      summary: 'Requeue many, at a rate',
      text: 'Without a filter, or without a body, all of them.',
      answer: redrive,
      headers: ['location'],
      errors: REDRIVE,
      example: filter,
    },
    'GET /api/v1/dead-letters/redrives': {
      id: 'listRedrives',
      summary: 'List redrives',
      answer: redrivePage,
    },
    'GET /api/v1/dead-letters/redrives/:id': {
      id: 'getRedrive',
      summary: 'Read a redrive and its progress',
      answer: redrive,
      errors: ['redrive_not_found'],
    },
    'DELETE /api/v1/dead-letters/redrives/:id': {
      id: 'stopRedrive',
      summary: 'Stop a redrive',
      answer: redrive,
      errors: ['redrive_not_found'],
    },
    'POST /api/v1/dead-letters/redrives/:id/stop': {
      id: 'stopRedriveByPost',
      summary: 'Stop a redrive',
      text: 'For clients that send no DELETE.',
      answer: redrive,
      errors: ['redrive_not_found'],
    },
    'POST /api/v1/admin/dead-letter/requeue/:id': {
      id: 'requeueDeadLetterAsAdmin',
      summary: 'Let the message wait again',
      text: 'Use `POST /api/v1/dead-letters/{id}/requeue`.',
      answer: message,
      errors: REQUEUE,
      deprecated: true,
    },
    'POST /api/v1/admin/dead-letter/requeue-all': {
      id: 'createRedriveAsAdmin',
      summary: 'Requeue many, at a rate',
      text: 'Use `POST /api/v1/dead-letters/requeue`.',
      answer: redrive,
      errors: REDRIVE,
      example: filter,
      deprecated: true,
    },
    'DELETE /api/v1/admin/queues/:queue_type/:id': {
      id: 'removeFromQueue',
      summary: 'Take a message out of a queue',
      text: 'Use `DELETE /api/v1/dead-letters/{id}`, or `DELETE /api/v1/messages/{id}`.',
      answer: message,
      errors: [...NOT_FOUND, 'invalid_transition', 'message_finished'],
      deprecated: true,
    },
  },
};
