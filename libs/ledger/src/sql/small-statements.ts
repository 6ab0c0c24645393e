import { type Statement } from '#database';
import { IS_HEAD, lockedInOrder, OPEN } from './open-statuses.js';

/** A retry that the reconciler brought back is queued too, or it would bring it again with every tick. */
const TO_BE_QUEUED = `m.status IN ('pending', 'retrying')`;

/** Notes that messages are in the schedule ($1: ids). */
export const MARK_ENQUEUED: Statement = {
  name: 'mark-enqueued',
  text: `
WITH ${lockedInOrder('messages m', `m.id = ANY($1::text[]) AND ${TO_BE_QUEUED}`)}
UPDATE messages m SET status = 'queued', enqueued_at = now(), updated_at = now()
  FROM locked WHERE m.id = locked.id AND ${TO_BE_QUEUED}`,
};

/** Of these messages ($1: ids) those that may be in the schedule now: the heads of their conversations. */
export const SELECT_HEADS: Statement = {
  name: 'select-heads',
  text: `SELECT m.id, m.priority FROM messages m WHERE m.id = ANY($1::text[]) AND m.status = 'pending' AND ${IS_HEAD}`,
};

/** The next message of a conversation ($1) once the one before it has ended. */
export const SELECT_NEXT_TURN: Statement = {
  name: 'select-next-turn',
  text: `
SELECT id, priority FROM (
  SELECT id, priority, status FROM messages
   WHERE conversation_id = $1 AND status IN ${OPEN} ORDER BY turn LIMIT 1) head
 WHERE status = 'pending'`,
};

/**
 * What should be in the schedule and may not be ($1: grace in ms, $2: most rows): committed but never enqueued;
 * run by a worker that is gone; due for a retry that never came. Putting one in again does no harm.
 */
export const SELECT_UNSCHEDULED: Statement = {
  name: 'select-unscheduled',
  text: `
(SELECT m.id, m.priority, 'not_enqueued' AS reason FROM messages m
  WHERE m.status = 'pending' AND m.enqueued_at IS NULL
    AND m.created_at < now() - $1 * interval '1 ms' AND ${IS_HEAD}
  ORDER BY m.priority, m.id LIMIT $2)
UNION ALL
(SELECT m.id, m.priority, 'worker_lost' FROM messages m
  WHERE m.status = 'processing' AND m.lease_until < now() - $1 * interval '1 ms' - interval '5 s' LIMIT $2)
UNION ALL
(SELECT m.id, m.priority, 'retry_lost' FROM messages m
  WHERE m.status = 'retrying' AND m.retry_at < now() - $1 * interval '1 ms' - interval '5 s' LIMIT $2)`,
};

/** Forgets that messages are in the schedule, because the schedule lost them. */
export const FORGET_ENQUEUED: Statement = {
  name: 'forget-enqueued',
  text: `UPDATE messages SET status = 'pending', enqueued_at = NULL, updated_at = now()
          WHERE status IN ('queued', 'retrying') RETURNING id`,
};

/** Renews what a worker runs ($1: ids, $2: attempts, $3: lease in ms); a row that is missing was taken over. */
export const RENEW_LEASES: Statement = {
  name: 'renew-leases',
  text: `
WITH input AS (SELECT * FROM unnest($1::text[], $2::int[]) AS i(id, attempt)),
${lockedInOrder('messages m JOIN input i ON i.id = m.id', `m.attempt = i.attempt AND m.status = 'processing'`)}
UPDATE messages m SET lease_until = now() + $3 * interval '1 ms'
  FROM input i JOIN locked USING (id)
 WHERE m.id = i.id AND m.attempt = i.attempt AND m.status = 'processing'
RETURNING m.id, m.cancel_requested`,
};

/** Gives a message back without counting the attempt as failed ($1: id, $2: attempt). */
export const HAND_BACK: Statement = {
  name: 'hand-back',
  text: `
WITH closed AS (
  UPDATE provider_calls SET state = 'aborted', finished_at = now()
   WHERE message_id = $1 AND attempt = $2 AND state = 'sent'
)
UPDATE messages SET status = 'queued', lease_until = NULL, updated_at = now()
 WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING id`,
};

/** Takes a claim back that nobody knows to have happened ($1: id, $2: worker); counts neither attempt nor worker. */
export const UNCLAIM: Statement = {
  name: 'unclaim',
  text: `
WITH unclaimed AS (
  UPDATE messages SET status = 'queued', lease_until = NULL, updated_at = now()
   WHERE id = $1 AND worker_id = $2 AND status = 'processing' RETURNING id, attempt
)
UPDATE provider_calls c SET state = 'aborted', finished_at = now()
  FROM unclaimed u WHERE c.message_id = u.id AND c.attempt = u.attempt AND c.state = 'sent'`,
};

/** Cancels a message that waits, or asks its worker to stop ($1: tenant, $2: id, $3: what to tell readers). */
export const CANCEL_MESSAGE: Statement = {
  name: 'cancel-message',
  text: `
UPDATE messages
   SET cancel_requested = true, updated_at = now(),
       completed_at = CASE WHEN status = 'processing' THEN NULL ELSE now() END,
       error_code = CASE WHEN status = 'processing' THEN error_code ELSE 'cancelled' END,
       error_message = CASE WHEN status = 'processing' THEN error_message ELSE $3 END,
       status = CASE WHEN status = 'processing' THEN 'processing' ELSE 'cancelled' END
 WHERE tenant_id = $1 AND id = $2 AND status IN ${OPEN}
RETURNING status, priority, conversation_id`,
};

/** Which of these conversations exist for the tenant, and in which state ($1: tenant, $2: id). */
export const SELECT_CONVERSATION_STATE: Statement = {
  name: 'select-conversation-state',
  text: 'SELECT state FROM conversations WHERE tenant_id = $1 AND id = $2',
};

/** One message ($1: tenant, $2: id) with its reply as JSON, null while there is none. */
export const SELECT_MESSAGE: Statement = {
  name: 'select-message',
  text: `
SELECT m.*, to_jsonb(r) AS reply
  FROM messages m LEFT JOIN replies r ON r.message_id = m.id WHERE m.tenant_id = $1 AND m.id = $2`,
};
