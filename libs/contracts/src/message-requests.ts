import { z } from 'zod';
import { type ErrorCode } from './errors.js';
import { metadataField, priorityField } from './requests.js';
import { textField } from './text-field.js';

export const MAX_BATCH = 1_000;

/** The messages are checked one by one, so that a bad one does not fail the others. */
export const createBatchSchema = z.strictObject({
  messages: z
    .array(z.unknown(), 'must be a list of messages')
    .min(1, 'must hold at least one message')
    .max(MAX_BATCH, `must hold at most ${MAX_BATCH.toLocaleString('en')} messages; send several batches`),
});
export type CreateBatch = z.output<typeof createBatchSchema>;

/** What may still be changed of a message that waits. */
export const updateMessageSchema = z.strictObject({ priority: priorityField });
export type UpdateMessage = z.output<typeof updateMessageSchema>;

/** What a worker of somebody else may say of a message. */
export const REPORTED_STATUSES = ['pending', 'processing', 'completed', 'failed', 'timeout'] as const;
export type ReportedStatus = (typeof REPORTED_STATUSES)[number];

/** Failures that a worker may name; without one it is `worker_failed`, or `provider_timeout` for a timeout. */
const FAILURES = [
  'worker_failed',
  'reply_too_large',
  'provider_rate_limited',
  'provider_quota_exhausted',
  'provider_rejected',
  'provider_unauthorized',
  'provider_timeout',
  'provider_unavailable',
  'provider_overloaded',
  'provider_bad_response',
] as const satisfies readonly ErrorCode[];

const tokens = z.int().min(0).max(2_000_000_000);

const reportedReply = z.strictObject({
  content: textField(16_000_000),
  provider: textField(64).optional(),
  model: textField(256).optional(),
  finish_reason: textField(64).optional(),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).optional(),
});

export const reportStatusSchema = z
  .strictObject({
    status: z.enum(REPORTED_STATUSES, `must be one of ${REPORTED_STATUSES.join(', ')}`),
    /** Which of the caller's workers it is; two that share a key must differ here. */
    worker: textField(128).optional(),
    /** As the claim was answered with: then nothing is changed for a later claim. */
    attempt: z.int().min(1).optional(),
    metadata: metadataField.optional(),
    reply: reportedReply.optional(),
    error: z
      .strictObject({ code: z.enum(FAILURES).optional(), message: textField(2_000).optional() })
      .optional(),
  })
  .superRefine(({ status, reply, error }, context) => {
    if (reply && status !== 'completed')
      context.addIssue({ code: 'custom', path: ['reply'], message: 'goes only with the status completed' });
    if (error && status !== 'failed' && status !== 'timeout')
      context.addIssue({ code: 'custom', path: ['error'], message: 'goes only with failed and timeout' });
  });
export type ReportStatus = z.output<typeof reportStatusSchema>;
