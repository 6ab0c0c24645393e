import { type Statement } from '#database';
import { settleBudgets, SETTLED_COLUMNS } from './budgets.js';
import { nextBlocker } from './bury.js';
import { CALL_USE, SET_CALL_USE } from './call-use.js';
import {
  CURRENT_ATTEMPT,
  IN_HANDOVER,
  IN_TURN,
  IS_HEAD,
  LOCKED_ATTEMPTS,
  lockedInOrder,
  OPEN,
  SCHEDULE_COLUMNS,
} from './open-statuses.js';
import { SPENT_ON_MESSAGE } from './spent-usage.js';

/** A retry that the reconciler brought back is queued too, or it would bring it again with every tick. */
const TO_BE_QUEUED = `m.status IN ('pending', 'retrying')`;

/** Notes that messages are in the schedule ($1: ids) which were in no handover. */
export const MARK_ENQUEUED: Statement = {
  name: 'mark-enqueued',
  text: `
WITH ${lockedInOrder('messages m', `m.id = ANY($1::text[]) AND ${TO_BE_QUEUED}`)}
UPDATE messages m SET status = 'queued', enqueued_at = now(), handover = NULL, updated_at = now()
  FROM locked WHERE m.id = locked.id AND ${TO_BE_QUEUED}`,
};

/** All messages of these handovers ($1: ids) are in the schedule. */
export const END_HANDOVERS: Statement = {
  name: 'end-handovers',
  text: `DELETE FROM handovers WHERE id = ANY($1::text[]::bigint[])`,
};

/**
 * Gives up handovers of which nobody has said for too long that they have ended ($1: grace in ms; the oldest with about $2
 * messages): what waits of them counts as not enqueued. The ids of a handover lie close together, so that no index has to
 * know which messages belong to it.
 */
export const GIVE_UP_HANDOVERS: Statement = {
  name: 'give-up-handovers',
  text: `
WITH overdue AS MATERIALIZED (
  SELECT h.* FROM (
    SELECT id, first, last, sum(messages) OVER (ORDER BY id) - messages AS before
      FROM (SELECT * FROM handovers WHERE created_at < now() - $1 * interval '1 ms' ORDER BY id LIMIT $2) oldest) h
   WHERE h.before < $2
), gone AS (
  DELETE FROM handovers h USING overdue WHERE h.id = overdue.id RETURNING h.id
), lost AS MATERIALIZED (
  SELECT m.id FROM overdue h CROSS JOIN LATERAL (
    SELECT id FROM messages WHERE id BETWEEN h.first AND h.last AND handover = h.id AND status = 'queued' AND attempt = 0
     OFFSET 0) m
), ${lockedInOrder('messages m', `m.id = ANY(ARRAY(SELECT id FROM lost)) AND m.status = 'queued' AND m.attempt = 0`)},
given_up AS (
  UPDATE messages m SET status = 'pending', enqueued_at = NULL, handover = NULL, updated_at = now()
    FROM locked WHERE m.id = locked.id AND m.status = 'queued'
)
SELECT id::text AS id FROM gone`,
};

/** Of these messages ($1: ids) those that may be in the schedule now: the heads of their conversations. */
export const SELECT_HEADS: Statement = {
  name: 'select-heads',
  text: `SELECT ${SCHEDULE_COLUMNS} FROM messages m WHERE m.id = ANY($1::text[]) AND m.status = 'pending' AND ${IS_HEAD}`,
};

/** The next message of a conversation ($1) once the one before it has ended. */
export const SELECT_NEXT_TURN: Statement = {
  name: 'select-next-turn',
  text: `
SELECT ${SCHEDULE_COLUMNS} FROM messages m
 WHERE m.id = (SELECT id FROM messages WHERE conversation_id = $1 AND status IN ${IN_TURN} ORDER BY turn LIMIT 1)
   AND m.status = 'pending' AND ${IS_HEAD}`,
};

/**
 * What should be in the schedule and may not be ($1: grace in ms, $2: most rows): committed but never enqueued;
 * run by a worker that is gone; due for a retry that never came. Putting one in again does no harm.
 */
export const SELECT_UNSCHEDULED: Statement = {
  name: 'select-unscheduled',
  text: `
(SELECT ${SCHEDULE_COLUMNS}, 'not_enqueued' AS reason FROM messages m
  WHERE m.status = 'pending' AND m.enqueued_at IS NULL
    AND coalesce(m.scheduled_at, m.created_at) < now() - $1 * interval '1 ms' AND ${IS_HEAD}
  ORDER BY m.priority, m.id LIMIT $2)
UNION ALL
(SELECT ${SCHEDULE_COLUMNS}, 'worker_lost' FROM messages m
  WHERE m.status = 'processing' AND m.lease_until < now() - $1 * interval '1 ms' - interval '5 s' LIMIT $2)
UNION ALL
(SELECT ${SCHEDULE_COLUMNS}, 'retry_lost' FROM messages m
  WHERE m.status = 'retrying' AND m.retry_at < now() - $1 * interval '1 ms' - interval '5 s' LIMIT $2)`,
};

/**
 * Gives scheduled messages their turn ($1: how much before they are due, in ms; $2: most rows) and answers with those that
 * may be in the schedule now; one of a conversation may have to wait for the turns before it.
 */
export const RELEASE_DUE: Statement = {
  name: 'release-due',
  text: `
WITH due AS MATERIALIZED (
  SELECT m.id, m.conversation_id, m.scheduled_at FROM messages m
   WHERE m.status = 'scheduled' AND m.scheduled_at <= now() + $1 * interval '1 ms'
   ORDER BY m.scheduled_at LIMIT $2
), locked AS MATERIALIZED (
  SELECT c.id FROM conversations c WHERE c.id IN (SELECT conversation_id FROM due) ORDER BY c.id FOR UPDATE
), bumped AS (
  UPDATE conversations c SET turns = c.turns + added.n, last_active_at = now()
    FROM (SELECT l.id, count(*)::int AS n FROM locked l JOIN due ON due.conversation_id = l.id GROUP BY l.id) added
   WHERE c.id = added.id RETURNING c.id, c.turns - added.n AS turns_before
), placed AS (
  SELECT due.id, b.turns_before + row_number() OVER (
           PARTITION BY due.conversation_id ORDER BY due.scheduled_at, due.id) AS turn
    FROM due LEFT JOIN bumped b ON b.id = due.conversation_id
)
UPDATE messages m SET status = 'pending', turn = placed.turn, updated_at = now()
  FROM placed WHERE m.id = placed.id AND m.status = 'scheduled'
RETURNING m.id`,
};

/** Forgets that messages are in the schedule, because the schedule lost them. */
export const FORGET_ENQUEUED: Statement = {
  name: 'forget-enqueued',
  text: `UPDATE messages SET status = 'pending', enqueued_at = NULL, handover = NULL, updated_at = now()
          WHERE status IN ('queued', 'retrying') RETURNING id`,
};

/**
 * Renews what a worker runs ($1: ids, $2: attempts, $3: lease in ms, $4: how far each is, in percent); a row that is
 * missing was taken over.
 */
export const RENEW_LEASES: Statement = {
  name: 'renew-leases',
  text: `
WITH input AS (SELECT * FROM unnest($1::text[], $2::int[], $4::int[]) AS i(id, attempt, progress)),
${LOCKED_ATTEMPTS}
UPDATE messages m SET lease_until = now() + $3 * interval '1 ms', progress = l.progress
  FROM locked l WHERE m.id = l.id AND ${CURRENT_ATTEMPT}
RETURNING m.id, m.cancel_requested`,
};

/**
 * Gives a message back without counting the attempt as failed ($1: id, $2: attempt, $3: what its call failed with, $4: what
 * it used, a CallUse as JSON).
 */
export const HAND_BACK: Statement = {
  name: 'hand-back',
  text: `
WITH closed AS (
  UPDATE provider_calls
     SET state = CASE WHEN $3::text IS NULL THEN 'aborted' ELSE 'failed' END, error_code = $3, finished_at = now(),
         ${SET_CALL_USE}
    FROM jsonb_to_record($4::jsonb) AS i(${CALL_USE})
   WHERE message_id = $1 AND attempt = $2 AND state = 'sent'
)
UPDATE messages SET status = 'queued', lease_until = NULL, diversions = 0, updated_at = now()
 WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING id`,
};

/**
 * Sends a message that runs on to another target ($1: id, $2: attempt, $3: which target, $4: what its call failed with,
 * $5: what it used, a CallUse as JSON).
 */
export const DIVERT: Statement = {
  name: 'divert',
  text: `
WITH closed AS (
  UPDATE provider_calls SET state = 'failed', error_code = $4, finished_at = now(), ${SET_CALL_USE}
    FROM jsonb_to_record($5::jsonb) AS i(${CALL_USE})
   WHERE message_id = $1 AND attempt = $2 AND state = 'sent'
)
UPDATE messages m
   SET status = 'pending', enqueued_at = NULL, lease_until = NULL, updated_at = now(), target = $3::int,
       lane = m.targets -> $3::int ->> 'provider', diversions = m.diversions + 1
 WHERE m.id = $1 AND m.attempt = $2 AND m.status = 'processing' AND NOT m.cancel_requested
RETURNING m.id`,
};

/**
 * Sends messages that wait for a lane ($1) on to the first of their targets whose lane is none of these ($2); at most $3 of
 * them, the best first. Their old jobs are left-overs.
 */
export const DIVERT_WAITING: Statement = {
  name: 'divert-waiting',
  text: `
WITH chosen AS MATERIALIZED (
  SELECT m.id, t.target FROM messages m
   CROSS JOIN LATERAL (
     SELECT o.n::int - 1 AS target FROM jsonb_array_elements(m.targets) WITH ORDINALITY o(t, n)
      WHERE NOT o.t ->> 'provider' = ANY ($2::text[]) ORDER BY o.n LIMIT 1) t
   WHERE m.lane = $1 AND m.status IN ('pending', 'queued') AND jsonb_array_length(m.targets) > 1
   ORDER BY m.priority, m.id LIMIT $3 FOR UPDATE OF m SKIP LOCKED
)
UPDATE messages m
   SET status = 'pending', enqueued_at = NULL, updated_at = now(), target = c.target,
       lane = m.targets -> c.target ->> 'provider'
  FROM chosen c WHERE m.id = c.id AND m.status IN ('pending', 'queued')
RETURNING m.id, m.attempt, m.priority`,
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

/**
 * Cancels a message that waits, or asks its worker to stop ($1: tenant, $2: id, $3: what to tell readers). One that was
 * requeued and still blocks its conversation blocks it no more.
 */
export const CANCEL_MESSAGE: Statement = {
  name: 'cancel-message',
  text: `
WITH cancelled AS (
  UPDATE messages m
     SET cancel_requested = true, updated_at = now(),
         completed_at = CASE WHEN status = 'processing' THEN NULL ELSE now() END,
         error_code = CASE WHEN status = 'processing' THEN error_code ELSE 'cancelled' END,
         error_message = CASE WHEN status = 'processing' THEN error_message ELSE $3 END,
         status = CASE WHEN status = 'processing' THEN 'processing' ELSE 'cancelled' END
   WHERE tenant_id = $1 AND id = $2 AND status IN ${OPEN}
  RETURNING m.id, m.tenant_id, m.user_id, m.status, m.priority, m.lane, m.conversation_id, m.turn, ${SETTLED_COLUMNS}
), ${settleBudgets(`(SELECT * FROM cancelled WHERE status = 'cancelled') m`)}, freed AS (
  UPDATE conversations c SET blocked_by = ${nextBlocker('c.id', 'm.turn')}
    FROM cancelled m WHERE c.id = m.conversation_id AND c.blocked_by = m.id AND m.status = 'cancelled'
)
SELECT status, priority, lane, conversation_id FROM cancelled`,
};

/** The message with this idempotency key ($1: tenant, $2: key). */
export const SELECT_BY_KEY: Statement = {
  name: 'select-by-key',
  text: 'SELECT id, fingerprint FROM messages WHERE tenant_id = $1 AND idempotency_key = $2',
};

/** Which of these conversations exist for the tenant, and in which state ($1: tenant, $2: id). */
export const SELECT_CONVERSATION_STATE: Statement = {
  name: 'select-conversation-state',
  text: 'SELECT state, turns FROM conversations WHERE tenant_id = $1 AND id = $2',
};

/** One message ($1: tenant, $2: id) with its reply as JSON, null while there is none, and what was spent on it. */
export const SELECT_MESSAGE: Statement = {
  name: 'select-message',
  text: `
SELECT m.*, to_jsonb(r) AS reply, ${SPENT_ON_MESSAGE} AS spent,
       ${IN_HANDOVER} AS in_handover
  FROM messages m LEFT JOIN replies r ON r.message_id = m.id WHERE m.tenant_id = $1 AND m.id = $2`,
};

/**
 * Many messages ($1: ids), in this order, as `SELECT_MESSAGE` has one, but without the turns of a chat, which stay in the
 * database.
 *
 * @param columns all of `messages`
 */
export function selectListed(columns: readonly string[]): Statement {
  const listed = columns.map((name) =>
    name === 'options' ? `m.options - 'messages' AS options` : `m.${name}`,
  );
  return {
    name: 'select-listed',
    text: `
SELECT ${listed.join(', ')}, to_jsonb(r) AS reply, ${SPENT_ON_MESSAGE} AS spent,
       ${IN_HANDOVER} AS in_handover
  FROM unnest($1::text[]) WITH ORDINALITY AS asked(id, place)
  JOIN messages m ON m.id = asked.id
  LEFT JOIN replies r ON r.message_id = m.id
 ORDER BY asked.place`,
  };
}

/**
 * What a turn of a conversation waits for ($1: conversation, $2: turn, $3: its message): open turns before it, at most 1,000
 * of them, and whether a failed one blocks it.
 */
export const SELECT_TURNS_AHEAD: Statement = {
  name: 'select-turns-ahead',
  text: `
SELECT (SELECT count(*)::int FROM (
         SELECT 1 FROM messages m
          WHERE m.conversation_id = $1 AND m.turn < $2 AND m.status IN ${IN_TURN} LIMIT 1000) earlier) AS ahead,
       EXISTS (SELECT 1 FROM conversations c
                WHERE c.id = $1 AND c.blocked_by IS NOT NULL AND c.blocked_by <> $3) AS blocked`,
};
