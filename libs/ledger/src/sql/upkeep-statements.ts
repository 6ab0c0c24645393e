import { type Statement } from '#database';
import { IN_TURN } from './open-statuses.js';
import { keepUsage } from './usage.js';

/** Ids begin with the time at which they were made, so the primary key also finds what is old. */
function olderThan(prefix: string, ageMs: string): string {
  return `'${prefix}_' || lpad(to_hex((extract(epoch FROM now()) * 1000 - ${ageMs})::bigint), 12, '0')`;
}

/** Of a conversation `c` something is still to be answered. */
const HAS_WORK = `(
  EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.status IN ${IN_TURN})
  OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.turn IS NULL AND m.status = 'scheduled'))`;

/** Moves conversations that nobody has used for a while ($1: ms, $2: most rows) to the next state. */
function rest(from: string, to: string, completedAt: string): Statement {
  const idle = `c.state = '${from}' AND c.last_active_at < now() - $1::float8 * interval '1 ms'`;
  return {
    name: `rest-${to}`,
    text: `
WITH idle AS MATERIALIZED (
  SELECT c.id FROM conversations c
   WHERE ${idle} AND c.id < ${olderThan('conv', '$1::float8')} AND NOT ${HAS_WORK}
   ORDER BY c.id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE conversations c SET state = '${to}', updated_at = now(), completed_at = ${completedAt}
  FROM idle WHERE c.id = idle.id AND ${idle} RETURNING c.id`,
  };
}

export const REST_INACTIVE = rest('active', 'inactive', 'NULL');
export const REST_ARCHIVED = rest('inactive', 'archived', 'now()');

/** Deletes sessions ($1: ms, $2: most rows) that nobody has ever sent anything to. */
export const DELETE_UNUSED_SESSIONS: Statement = {
  name: 'delete-unused-sessions',
  text: `
DELETE FROM sessions WHERE (tenant_id, id) IN (
  SELECT s.tenant_id, s.id FROM sessions s
   WHERE NOT s.used AND s.updated_at < now() - $1::float8 * interval '1 ms'
   ORDER BY s.updated_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id`,
};

const OVER = `m.status IN ('completed', 'failed', 'timeout', 'cancelled')`;

/**
 * Deletes messages that ended long ago ($1: ms, $2: most rows) with everything that hangs on them; what they cost is kept
 * by the hour. Failed ones stay while their conversation is blocked: somebody has yet to decide what becomes of it.
 */
export const DELETE_ENDED: Statement = {
  name: 'delete-ended',
  text: `
WITH old AS MATERIALIZED (
  SELECT m.id FROM messages m
   WHERE m.id < ${olderThan('msg', '$1::float8')} AND ${OVER}
     AND m.completed_at < now() - $1::float8 * interval '1 ms'
     AND NOT (m.status IN ('failed', 'timeout') AND EXISTS (
       SELECT 1 FROM conversations c WHERE c.id = m.conversation_id AND c.blocked_by IS NOT NULL))
   ORDER BY m.id LIMIT $2 FOR UPDATE OF m SKIP LOCKED
), gone AS (
  DELETE FROM messages m USING old WHERE m.id = old.id AND ${OVER} RETURNING m.id
), replies_gone AS (
  DELETE FROM replies r USING gone WHERE r.message_id = gone.id
), calls_gone AS (
  DELETE FROM provider_calls p USING gone WHERE p.message_id = gone.id RETURNING p.*
), usage_kept AS (${keepUsage('calls_gone')}
), letters_gone AS (
  DELETE FROM dead_letters d USING gone WHERE d.message_id = gone.id
), deliveries_gone AS (
  DELETE FROM callback_deliveries d USING gone WHERE d.message_id = gone.id
)
SELECT id FROM gone`,
};
