/** The states in which a message still has a way to go. */
export const OPEN = `('pending', 'scheduled', 'queued', 'processing', 'retrying')`;

/** Those in which it has its turn: a scheduled one gets its turn when it is due. The index open_turns names the same. */
export const IN_TURN = `('pending', 'queued', 'processing', 'retrying')`;

/**
 * Two statements that change several of the same messages lock them in the order of their ids, so that neither waits
 * for the other: every such statement begins with this.
 */
export function lockedInOrder(from: string, where: string): string {
  return `locked AS MATERIALIZED (SELECT m.id FROM ${from} WHERE ${where} ORDER BY m.id FOR UPDATE OF m)`;
}

/**
 * True of every id. It is for the planner, which takes what a statement is given for a hundred rows, and for so many would
 * rather read all of a small table than look each up by its key. A prepared statement would go on with that while the table
 * grows, until somebody analyzes it.
 */
export function isOneOfFew(id: string): string {
  return `${id} COLLATE "C" BETWEEN '!' AND '~'`;
}

/**
 * The same for the messages that an `input` names by `id`, with what is needed of their rows (`columns` of `m`): each is found
 * by its key, whatever the planner knows. As a join it may instead read all that the indexes of open messages still hold of
 * ended ones. OFFSET keeps conditions on what was found outside.
 */
export function lockedByKey(columns: string): string {
  return `locked AS MATERIALIZED (
  SELECT i.*, m.* FROM (SELECT * FROM input WHERE ${isOneOfFew('id')} ORDER BY id) i
   CROSS JOIN LATERAL (SELECT ${columns} FROM messages m WHERE m.id = i.id OFFSET 0 FOR UPDATE) m
)`;
}

/** The messages of an `input` that has their attempts, with how they stand now. */
export const LOCKED_ATTEMPTS = lockedByKey(
  'm.attempt AS attempt_now, m.status AS status_now, m.cancel_requested',
);

/** Of those the ones (`l`) whose attempt is under way. */
export const CURRENT_ATTEMPT = `l.attempt_now = l.attempt AND l.status_now = 'processing'`;

/**
 * `m` is the oldest open message of its conversation, and no failed one blocks it; or it is in none. Only such a message
 * may be in the schedule.
 */
export const IS_HEAD = `(m.conversation_id IS NULL OR NOT EXISTS (
  SELECT 1 FROM messages earlier
   WHERE earlier.conversation_id = m.conversation_id AND earlier.turn < m.turn AND earlier.status IN ${IN_TURN}
  UNION ALL
  SELECT 1 FROM conversations c JOIN messages blocker ON blocker.id = c.blocked_by
   WHERE c.id = m.conversation_id AND blocker.turn < m.turn AND blocker.status NOT IN ('completed', 'cancelled')))`;

/** A message `m` may not be in the schedule yet, though its row says that it is. */
export const IN_HANDOVER = `(m.status = 'queued' AND m.attempt = 0
  AND EXISTS (SELECT 1 FROM handovers h WHERE h.id = m.handover))`;

/** What the schedule must know of a message `m`, in the names of `ScheduleRow`. */
export const SCHEDULE_COLUMNS = `m.id, m.lane, m.priority, m.tenant_id, m.user_id, m.cost, m.attempt,
  m.options->>'task_type' AS task_type,
  extract(epoch FROM greatest(coalesce(m.scheduled_at, m.created_at),
    CASE WHEN m.retry_at > now() THEN m.retry_at END))::float8 * 1000 AS since_ms,
  greatest(0, extract(epoch FROM greatest(m.scheduled_at, m.retry_at) - now())::float8 * 1000) AS delay_ms`;
