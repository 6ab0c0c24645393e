import { z } from 'zod';
import { REDRIVE_STATES } from '#contracts';
import { anyObject, count, failure, pageOf, priority, text, time } from './common.js';
import { message } from './message.js';

const letter = {
  user_id: text,
  conversation_id: text.nullable(),
  priority,
  provider: text,
  error: failure,
  attempts: count,
  failed_at: time,
};

export const deadLetter = z
  .object({ id: text.describe('That of the message.'), source_queue: text, ...letter })
  .meta({ id: 'DeadLetter' });

export const deadLetterPage = pageOf('dead_letters', deadLetter).meta({ id: 'DeadLetterPage' });
export const deadLetterWithMessage = deadLetter.extend({ message });

export const audit = z
  .object({
    id: text,
    message_id: text,
    action: z.enum(['requeued', 'deleted', 'expired']),
    by: text.nullable().describe('Name of the API key; null: the system itself.'),
    redrive_id: text.nullable(),
    at: time,
    ...letter,
  })
  .meta({ id: 'DeadLetterAudit' });

export const auditPage = pageOf('audit', audit);

export const redrive = z
  .object({
    id: text,
    state: z.enum(REDRIVE_STATES),
    filter: anyObject,
    rate: count,
    total: count,
    requeued: count,
    skipped: count,
    remaining: count,
    error: text.nullable(),
    requested_by: text,
    stopped_by: text.nullable(),
    created_at: time,
    updated_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: 'Redrive' });

export const redrivePage = pageOf('redrives', redrive);
