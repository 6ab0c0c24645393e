import { nextBlocker } from './bury.js';

/*
 * These parts of statements name the rows that they touch by arrays and LATERAL: the planner cannot know how few there are,
 * and would read whole tables instead (measured with 200,000 dead letters: 1.8 s for 500 of them).
 */

/** Writes down what was done with those of `letters` that `done` names, by whom, and for which redrive. */
const audit = (done: string, action: string, by: string, redrive: string) => `audited AS (
  INSERT INTO dead_letter_audit (tenant_id, message_id, action, by, redrive_id, user_id, conversation_id, priority,
                                 lane, code, reason, attempts, failed_at)
  SELECT l.tenant_id, l.message_id, '${action}', ${by}, ${redrive}, l.user_id, l.conversation_id, l.priority,
         l.lane, l.code, l.reason, l.attempts, l.created_at
    FROM letters l WHERE l.message_id = ANY(ARRAY(SELECT id FROM ${done}))
)`;

/**
 * Sends the messages of the locked dead letters in `letters` back to wait, with a fresh count of retries and a fresh time
 * limit; `attempt` goes on rising, since it is the fence, and is at least 1, since the reply stream has begun. A message
 * that blocks its conversation, or waits behind the one that does, keeps its turn; after any other one later turns have
 * run, so it gets a new turn at the end. A letter stays where the conversation takes no messages.
 */
export const requeueLetters = (by: string, redrive: string) => `held AS MATERIALIZED (
  SELECT c.id, c.state, c.turns, blocker.turn AS blocked_turn
    FROM conversations c LEFT JOIN messages blocker ON blocker.id = c.blocked_by
   WHERE c.id = ANY(ARRAY(SELECT conversation_id FROM letters)) ORDER BY c.id FOR UPDATE OF c
), ready AS MATERIALIZED (
  SELECT m.id, m.turn, h.id AS conversation_id,
         h.id IS NOT NULL
           AND (m.turn IS NULL OR (m.turn < h.turns AND coalesce(h.blocked_turn > m.turn, true))) AS moves
    FROM letters l LEFT JOIN held h ON h.id = l.conversation_id
   CROSS JOIN LATERAL (
     SELECT id, turn FROM messages WHERE id = l.message_id AND status IN ('failed', 'timeout') LIMIT 1) m
   WHERE l.conversation_id IS NULL OR h.state IN ('active', 'inactive')
), placed AS MATERIALIZED (
  SELECT r.*, row_number() OVER (PARTITION BY r.conversation_id, r.moves ORDER BY r.turn, r.id) AS place FROM ready r
), bumped AS (
  UPDATE conversations c
     SET turns = c.turns + added.n, vacated_turns = c.vacated_turns + added.vacated,
         last_active_at = now(), updated_at = now()
    FROM (SELECT r.conversation_id, count(*)::int AS n, count(r.turn)::int AS vacated
            FROM ready r WHERE r.moves GROUP BY r.conversation_id) added
   WHERE c.id = added.conversation_id
  RETURNING c.id, c.turns - added.n AS turns_before
), requeued AS (
  UPDATE messages m
     SET status = 'pending', turn = CASE WHEN p.moves THEN b.turns_before + p.place ELSE m.turn END,
         attempt = greatest(m.attempt, 1), attempts_before = greatest(m.attempt, 1), retry_count = 0, worker_losses = 0,
         reserved = m.reserved * 0, cancel_requested = false, error_code = NULL, error_message = NULL, worker_id = NULL,
         lease_until = NULL, retry_at = NULL, enqueued_at = NULL, started_at = NULL, completed_at = NULL, progress = 0,
         scheduled_at = now(), expires_at = now() + (m.expires_at - greatest(m.scheduled_at, m.created_at)),
         updated_at = now()
    FROM placed p LEFT JOIN bumped b ON b.id = p.conversation_id
   WHERE m.id = p.id AND m.status IN ('failed', 'timeout')
  RETURNING m.id, m.attempt
), taken AS (
  DELETE FROM dead_letters WHERE message_id = ANY(ARRAY(SELECT id FROM requeued))
), forgotten AS (
  DELETE FROM replies WHERE message_id = ANY(ARRAY(SELECT id FROM requeued))
), ${audit('requeued', 'requeued', by, redrive)}`;

/** Deletes the locked dead letters in `letters`; a conversation that one of them blocked goes on, or waits for the next. */
export const removeLetters = (action: string, by: string) => `held AS MATERIALIZED (
  SELECT c.id, c.blocked_by FROM conversations c
   WHERE c.id = ANY(ARRAY(SELECT conversation_id FROM letters))
     AND c.blocked_by = ANY(ARRAY(SELECT message_id FROM letters))
   ORDER BY c.id FOR UPDATE
), freed AS (
  UPDATE conversations c
     SET blocked_by = ${nextBlocker('c.id', 'm.turn', 'AND letter.message_id NOT IN (SELECT message_id FROM letters)')}
    FROM held h JOIN letters l ON l.message_id = h.blocked_by LEFT JOIN messages m ON m.id = l.message_id
   WHERE c.id = h.id
), removed AS (
  DELETE FROM dead_letters WHERE message_id = ANY(ARRAY(SELECT message_id FROM letters)) RETURNING message_id AS id
), ${audit('removed', action, by, 'NULL')}`;
