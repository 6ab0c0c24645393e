/**
 * The failed message that a conversation waits for next, once it waits no more for one with an earlier turn: a turn that
 * expired meanwhile has its dead letter and blocks as well. `except`: a further condition on `letter`.
 */
export function nextBlocker(conversationId: string, turn: string, except = ''): string {
  return `(SELECT letter.message_id FROM dead_letters letter JOIN messages later ON later.id = letter.message_id
     WHERE letter.conversation_id = ${conversationId} AND later.turn > ${turn} ${except} ORDER BY later.turn LIMIT 1)`;
}

/**
 * The last steps of a statement that ends messages for good. It names them in `ended` (id, tenant_id, user_id, priority,
 * lane, conversation_id, turn, attempt, dead, code, reason). The dead ones get their dead letter, and the first of a
 * conversation whose policy is `block` blocks it; one that ended otherwise blocks it no more. The conversations are locked
 * in the order of their ids, as everywhere.
 */
export const BURY = `buried AS (
  INSERT INTO dead_letters (message_id, tenant_id, user_id, priority, lane, conversation_id, code, reason, attempts)
  SELECT e.id, e.tenant_id, e.user_id, e.priority, e.lane, e.conversation_id, e.code, e.reason, e.attempt
    FROM ended e WHERE e.dead
), blocking AS MATERIALIZED (
  SELECT c.id, c.blocked_by FROM conversations c
   WHERE c.id = ANY(ARRAY(SELECT conversation_id FROM ended)) AND c.on_failure = 'block'
   ORDER BY c.id FOR UPDATE
), blocked AS (
  UPDATE conversations c
     SET blocked_by = CASE WHEN freed.turn IS NULL THEN fallen.id
                           ELSE coalesce(${nextBlocker('c.id', 'freed.turn')}, fallen.id) END
    FROM blocking b
    LEFT JOIN messages blocker ON blocker.id = b.blocked_by
    LEFT JOIN LATERAL (SELECT e.turn FROM ended e WHERE e.id = b.blocked_by AND NOT e.dead) freed ON true
    LEFT JOIN LATERAL (SELECT e.id, e.turn FROM ended e WHERE e.conversation_id = b.id AND e.dead AND e.turn IS NOT NULL
                        ORDER BY e.turn LIMIT 1) fallen ON true
   WHERE c.id = b.id
     AND (freed.turn IS NOT NULL OR (blocker.turn IS NULL AND fallen.turn IS NOT NULL) OR fallen.turn < blocker.turn)
)`;
