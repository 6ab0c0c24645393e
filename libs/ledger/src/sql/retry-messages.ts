import { type Statement } from '#database';
import { CALL_USE, type CallUse, SET_CALL_USE } from './call-use.js';
import { CURRENT_ATTEMPT, isOneOfFew, LOCKED_ATTEMPTS } from './open-statuses.js';

export interface RetryRow extends Partial<CallUse> {
  readonly id: string;
  readonly attempt: number;
  readonly delay_ms: number;
  readonly error_code: string;
  readonly error_message: string;
  readonly call_id: string | null;
}

/** Nobody wants a cancelled message to try again. */
const CURRENT = `${CURRENT_ATTEMPT} AND NOT l.cancel_requested`;

/**
 * Sends messages back to wait for another attempt ($1: JSON array of RetryRow), fenced by attempt; twice is as good as
 * once. A message that somebody cancelled meanwhile is left out of the answer and stays as it is.
 */
export const RETRY_MESSAGES: Statement = {
  name: 'retry-messages',
  text: `
WITH input AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS i(
    id text, attempt int, delay_ms float8, error_code text, error_message text, call_id text, ${CALL_USE})
), closed AS (
  UPDATE provider_calls c SET state = 'failed', error_code = i.error_code, finished_at = now(), ${SET_CALL_USE}
    FROM input i WHERE c.id = i.call_id AND ${isOneOfFew('i.call_id')}
), ${LOCKED_ATTEMPTS},
retried AS (
  UPDATE messages m
     SET status = 'retrying', retry_count = m.retry_count + 1, diversions = 0, error_code = l.error_code,
         error_message = l.error_message, retry_at = now() + l.delay_ms * interval '1 ms',
         lease_until = NULL, updated_at = now()
    FROM locked l
   WHERE m.id = l.id AND ${CURRENT}
)
SELECT id FROM locked l WHERE ${CURRENT} OR (l.attempt_now = l.attempt AND l.status_now = 'retrying')`,
};
