import { type Statement } from '#database';
import { type ReplyData } from '../reply-data.js';
import { settleBudgets, SETTLED_COLUMNS } from './budgets.js';
import { BURY } from './bury.js';
import { CALL_USE, type CallUse, SET_CALL_USE } from './call-use.js';
import { CURRENT_ATTEMPT, isOneOfFew, LOCKED_ATTEMPTS } from './open-statuses.js';

/** How an attempt ended for good, in the names of the columns. */
export interface FinishRow extends Partial<CallUse> {
  readonly id: string;
  readonly attempt: number;
  readonly status: string;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly dead: boolean;
  readonly call_id: string | null;
  readonly call_state: string;
  readonly content: string | null;
  readonly provider: string;
  readonly model: string;
  readonly finish_reason: string | null;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly usage_estimated: boolean;
  /** Of the reply, where that is not what its last call used. */
  readonly reply_prompt_tokens?: number;
  readonly reply_completion_tokens?: number;
  readonly reply_estimated?: boolean;
  /** Undefined: the reply is nothing but its text. */
  readonly data?: ReplyData | null;
}

/**
 * Ends messages ($1: JSON array of FinishRow): status, reply, usage and dead letter in one statement, so in one
 * transaction; where the conversation says so, a dead letter blocks its next turns. Of a row whose attempt is no longer the
 * current one only the call is closed, and it is left out of the answer. The reply has tokens of its own where the attempt
 * made other calls before this one, or none for it: one that was `cached` cost nothing. Ending twice is as good as once,
 * since the answer to the first time may have got lost.
 */
export const FINISH_MESSAGES: Statement = {
  name: 'finish-messages',
  text: `
WITH input AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS i(
    id text, attempt int, status text, error_code text, error_message text, dead boolean,
    call_id text, call_state text, content text, provider text, model text, finish_reason text,
    data jsonb, reply_prompt_tokens int, reply_completion_tokens int, reply_estimated boolean, ${CALL_USE})
), ${LOCKED_ATTEMPTS},
done AS (
  UPDATE messages m
     SET status = l.status, error_code = l.error_code, error_message = l.error_message,
         lease_until = NULL, completed_at = now(), updated_at = now()
    FROM locked l
   WHERE m.id = l.id AND ${CURRENT_ATTEMPT}
  RETURNING l.*, m.tenant_id, m.user_id, m.priority, m.lane, m.conversation_id, m.turn, ${SETTLED_COLUMNS}
), ended AS (
  SELECT id, tenant_id, user_id, priority, lane, conversation_id, turn, attempt, dead,
         error_code AS code, error_message AS reason FROM done
), stored AS (
  INSERT INTO replies (message_id, tenant_id, content, provider, model, finish_reason,
                       prompt_tokens, completion_tokens, usage_estimated, data)
  SELECT id, tenant_id, content, provider, model, finish_reason,
         coalesce(reply_prompt_tokens, prompt_tokens),
         coalesce(reply_completion_tokens, completion_tokens),
         coalesce(reply_estimated, usage_estimated), data
    FROM done WHERE content IS NOT NULL
), ${BURY}, ${settleBudgets('done m', 'm.call_id', 'm.worth')}, closed AS (
  UPDATE provider_calls c
     SET state = i.call_state, error_code = i.error_code, finished_at = now(), ${SET_CALL_USE}
    FROM input i WHERE c.id = i.call_id AND ${isOneOfFew('i.call_id')}
)
SELECT id FROM locked l WHERE ${CURRENT_ATTEMPT} OR (l.attempt_now = l.attempt AND l.status_now = l.status)`,
};
