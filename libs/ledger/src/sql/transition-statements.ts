import { type Statement } from '#database';
import { settleBudgets, SETTLED_COLUMNS } from './budgets.js';
import { BURY } from './bury.js';
import { IS_HEAD } from './open-statuses.js';

/** A message that was ended because it waited too long. */
export interface ExpiredRow extends Record<string, unknown> {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly conversation_id: string | null;
  readonly priority: number;
  readonly lane: string;
  readonly attempt: number;
  readonly task_type: string | null;
  readonly reason: string;
}

/** The states in which a message waits: no worker has it. */
export const WAITING = `('pending', 'scheduled', 'queued', 'retrying')`;

/** Those of them in which a worker may take it. */
const CLAIMABLE = `('pending', 'queued', 'retrying')`;

const LEASE = `lease_until = now() + $4 * interval '1 ms', metadata = m.metadata || $5::jsonb, updated_at = now()`;

/**
 * Gives a message to a worker of somebody else ($1: tenant, $2: id, $3: worker, $4: lease in ms, $5: metadata to merge):
 * one that waits for a worker and has its turn, or one whose worker, another one, has let its lease run out.
 */
export const CLAIM_OUTSIDE: Statement = {
  name: 'claim-outside',
  text: `
UPDATE messages m
   SET status = 'processing', attempt = m.attempt + 1, worker_id = $3,
       worker_losses = m.worker_losses + (m.status = 'processing')::int,
       started_at = coalesce(m.started_at, now()), ${LEASE}
 WHERE m.tenant_id = $1 AND m.id = $2 AND NOT m.cancel_requested AND (
         (m.status IN ${CLAIMABLE} AND coalesce(m.expires_at > now(), true) AND ${IS_HEAD})
      OR (m.status = 'processing' AND m.lease_until < now() AND m.worker_id <> $3))
RETURNING m.*`,
};

/** Renews what such a worker has ($1 to $5 as above; $6: its attempt, or null); also a lease that nobody has taken over. */
export const HOLD_OUTSIDE: Statement = {
  name: 'hold-outside',
  text: `
UPDATE messages m SET ${LEASE}
 WHERE m.tenant_id = $1 AND m.id = $2 AND m.status = 'processing' AND m.worker_id = $3
   AND ($6::int IS NULL OR m.attempt = $6)
RETURNING m.*`,
};

/** Such a worker gives a message back ($1: id, $2: attempt). */
export const GIVE_BACK: Statement = {
  name: 'give-back',
  text: `
UPDATE messages SET status = 'pending', enqueued_at = NULL, lease_until = NULL, updated_at = now()
 WHERE id = $1 AND attempt = $2 AND status = 'processing' AND NOT cancel_requested RETURNING id`,
};

/** Where a message stands ($1: tenant, $2: id): why it could not be claimed or held. */
export const SELECT_STANDING: Statement = {
  name: 'select-standing',
  text: `
SELECT m.status, m.attempt, m.worker_id, m.cancel_requested, coalesce(m.lease_until > now(), false) AS leased,
       coalesce(m.expires_at <= now(), false) AS expired, ${IS_HEAD} AS is_head
  FROM messages m WHERE m.tenant_id = $1 AND m.id = $2`,
};

/**
 * Moves a message that waits into another band ($1: tenant, $2: id, $3: priority). It counts as not enqueued, so that the
 * reconciler finishes what a crash leaves half done. Answers with the band in which its job may lie.
 */
export const CHANGE_PRIORITY: Statement = {
  name: 'change-priority',
  text: `
WITH before AS MATERIALIZED (
  SELECT m.id, m.priority FROM messages m
   WHERE m.tenant_id = $1 AND m.id = $2 AND m.status IN ${WAITING} FOR UPDATE
)
UPDATE messages m
   SET priority = $3, enqueued_at = NULL, updated_at = now(),
       status = CASE WHEN m.status = 'scheduled' THEN 'scheduled' ELSE 'pending' END
  FROM before WHERE m.id = before.id AND m.status IN ${WAITING}
RETURNING m.lane, before.priority AS old_priority`,
};

/**
 * Ends messages that have waited longer than they may ($1: most rows, $2: the reason): status and dead letter in one
 * statement, and where the conversation says so, the first of them blocks its next turns. A row that somebody claims in
 * this moment is left to the claim.
 */
export const EXPIRE_MESSAGES: Statement = {
  name: 'expire-messages',
  text: `
WITH due AS MATERIALIZED (
  SELECT m.id FROM messages m WHERE m.status IN ${WAITING} AND m.expires_at <= now()
   ORDER BY m.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), ended AS (
  UPDATE messages m
     SET status = 'timeout', error_code = 'expired', completed_at = now(), updated_at = now(),
         error_message = $2 || coalesce('; its last attempt failed: ' || m.error_message, '')
    FROM due WHERE m.id = due.id AND m.status IN ${WAITING} AND m.expires_at <= now()
  RETURNING m.id, m.tenant_id, m.user_id, m.conversation_id, m.turn, m.priority, m.lane, m.attempt,
            m.options ->> 'task_type' AS task_type, true AS dead, m.error_code AS code, m.error_message AS reason, ${SETTLED_COLUMNS}
), ${BURY}, ${settleBudgets('ended m')}
SELECT * FROM ended`,
};
