import { type ErrorCode } from '#contracts';

/** Whatever accepts a message may answer with these. */
export const ACCEPTING = [
  'content_empty',
  'content_too_long',
  'invalid_priority',
  'invalid_user_id',
  'invalid_schedule',
  'provider_unknown',
  'model_unknown',
  'task_type_unknown',
  'data_too_large',
  'conversation_not_found',
  'conversation_closed',
  'conversation_full',
  'no_target',
  'idempotency_mismatch',
  'budget_exhausted',
  'shed',
  'queue_full',
  'draining',
  'intake_overloaded',
] as const satisfies readonly ErrorCode[];

/** Whatever streams. */
export const STREAMING = [
  'too_many_streams',
  'draining',
  'redis_unavailable',
] as const satisfies readonly ErrorCode[];
