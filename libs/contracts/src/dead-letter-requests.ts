import { z } from 'zod';
import { REDRIVE_STATES } from './dead-letter.js';
import { type ErrorCode, ERRORS } from './errors.js';
import {
  durationField,
  pagingFields,
  positiveField,
  priorityField,
  queryPriorityField,
  userIdField,
} from './requests.js';
import { textField } from './text-field.js';

const YEAR_MS = 365 * 86_400_000;

const errorCode = z.enum(
  Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]],
  'must be an error code such as provider_timeout; docs/errors.md lists them',
);

const filterFields = {
  priority: priorityField.optional(),
  code: errorCode.optional().describe('Of the last failure.'),
  user_id: userIdField.optional(),
  conversation_id: textField(64).optional(),
  provider: textField(64).optional().describe('The one that the message was for.'),
  older_than: durationField(0, YEAR_MS).optional().describe('Failed longer ago than this duration.'),
  newer_than: durationField(1, YEAR_MS).optional().describe('Failed at most this long ago, as a duration.'),
};

export const listDeadLettersSchema = z.strictObject({
  ...filterFields,
  priority: queryPriorityField.optional(),
  ...pagingFields,
});
export type ListDeadLetters = z.output<typeof listDeadLettersSchema>;

/** Without a body everything is meant, at the configured rate. */
export const createRedriveSchema = z.preprocess(
  (body) => body ?? {},
  z.strictObject({
    filter: z.strictObject(filterFields).default({}),
    /** Most messages per second. */
    rate: z.int().min(1).optional(),
  }),
);
export type CreateRedrive = z.output<typeof createRedriveSchema>;

export const listRedrivesSchema = z.strictObject({
  state: z.enum(REDRIVE_STATES).optional(),
  ...pagingFields,
});
export type ListRedrives = z.output<typeof listRedrivesSchema>;

export const listDeadLetterAuditSchema = z.strictObject({
  message_id: textField(64).optional(),
  redrive_id: textField(64).optional(),
  limit: positiveField(100).default(20),
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the `next` of an earlier page')
    .optional(),
});
export type ListDeadLetterAudit = z.output<typeof listDeadLetterAuditSchema>;

export const QUEUE_TYPES = ['standard', 'delayed', 'dead_letter', 'priority'] as const;

/** The queues of an older API; all but `dead_letter` hold messages that wait. */
export type QueueType = (typeof QUEUE_TYPES)[number];
