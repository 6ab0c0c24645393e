import { type Statement } from '#database';
import { requeueLetters } from './requeue-letters.js';

/** Most messages that one step of a redrive can requeue. */
export const MAX_STEP = 500;

/** The values of a filter as parameters from `$first` on: priority, code, user, conversation, lane. */
const matches = (first: number) =>
  [
    ['priority', 'smallint'],
    ['code', 'text'],
    ['user_id', 'text'],
    ['conversation_id', 'text'],
    ['lane', 'text'],
  ]
    .map(([column, type], i) => `($${first + i}::${type} IS NULL OR d.${column} = $${first + i})`)
    .join(' AND ');

/**
 * Begins a redrive ($1: id, $2: tenant, $3: filter as JSON, $4: rate, $5: who, $6, $7: least and most age in ms or null,
 * $8 …: filter). No row: one is running. What fails after this is not part of it.
 */
export const INSERT_REDRIVE: Statement = {
  name: 'insert-redrive',
  text: `
WITH span AS (
  SELECT now() - coalesce($6::float8, 0) * interval '1 ms' AS died_until,
         coalesce(now() - $7::float8 * interval '1 ms', to_timestamp(0)) AS died_from
), counted AS (
  SELECT count(*)::int AS total FROM dead_letters d, span
   WHERE d.tenant_id = $2 AND d.created_at BETWEEN span.died_from AND span.died_until AND ${matches(8)}
)
INSERT INTO redrives (id, tenant_id, filter, rate, requested_by, died_from, died_until, cursor_at, total, state, finished_at)
SELECT $1, $2, $3::jsonb, $4, $5, died_from, died_until, died_from, total,
       CASE WHEN total = 0 THEN 'done' ELSE 'running' END, CASE WHEN total = 0 THEN now() END
  FROM span, counted
ON CONFLICT (tenant_id) WHERE state = 'running' DO NOTHING
RETURNING *`,
};

/** The running redrives, the one that has rested longest first ($1: most rows). */
export const SELECT_RUNNING: Statement = {
  name: 'select-running-redrives',
  text: `SELECT * FROM redrives WHERE state = 'running' ORDER BY paced_at LIMIT $1`,
};

/**
 * One step of a redrive ($1: id, $2, $3: its cursor, $4: its end, $5: tenant, $6 …: filter, $11: most rows, at most MAX_STEP, $12: most time
 * that counts as unused rate, in ms): takes as many letters as its rate allows by now and moves the cursor behind them, so
 * that none is taken twice, whoever leads. It ends when there are fewer.
 */
export const STEP_REDRIVE: Statement = {
  name: 'step-redrive',
  text: `
WITH redrive AS MATERIALIZED (
  SELECT r.*, least($11, ${MAX_STEP}, floor(extract(epoch FROM now() - since) * r.rate))::int AS allowance, since
    FROM redrives r, LATERAL (SELECT greatest(r.paced_at, now() - $12 * interval '1 ms') AS since) bucket
   WHERE r.id = $1 AND r.state = 'running' AND r.cursor_at = $2 AND r.cursor_id = $3 FOR UPDATE OF r
), page AS MATERIALIZED (
  SELECT d.created_at, d.message_id FROM dead_letters d
   WHERE d.tenant_id = $5 AND (d.created_at, d.message_id) > ($2, $3) AND d.created_at <= $4 AND ${matches(6)}
   ORDER BY d.created_at, d.message_id LIMIT ${MAX_STEP}
), taking AS MATERIALIZED (
  SELECT * FROM page ORDER BY created_at, message_id LIMIT coalesce((SELECT allowance FROM redrive), 0)
), letters AS MATERIALIZED (
  SELECT * FROM dead_letters WHERE message_id = ANY(ARRAY(SELECT message_id FROM taking)) ORDER BY message_id FOR UPDATE
), ${requeueLetters('(SELECT requested_by FROM redrive)', '$1')}, looked AS (
  SELECT (SELECT count(*) FROM taking)::int AS seen, (SELECT count(*) FROM letters)::int AS found,
         (SELECT count(*) FROM requeued)::int AS requeued
), stepped AS (
  UPDATE redrives r
     SET requeued = r.requeued + l.requeued, skipped = r.skipped + l.found - l.requeued,
         paced_at = v.since + v.allowance / v.rate::float8 * interval '1 s', updated_at = now(),
         cursor_at = coalesce((SELECT max(created_at) FROM taking), r.cursor_at),
         cursor_id = coalesce((SELECT message_id FROM taking ORDER BY created_at DESC, message_id DESC LIMIT 1), r.cursor_id),
         state = CASE WHEN l.seen < v.allowance THEN 'done' ELSE 'running' END,
         finished_at = CASE WHEN l.seen < v.allowance THEN now() END
    FROM redrive v, looked l WHERE r.id = v.id AND v.allowance > 0
  RETURNING r.*
)
SELECT s.*, (SELECT coalesce(jsonb_agg(to_jsonb(q)), '[]') FROM requeued q) AS messages FROM stepped s`,
};

/** Ends a running redrive ($1: tenant, $2: id, $3: who). */
export const STOP_REDRIVE: Statement = {
  name: 'stop-redrive',
  text: `
UPDATE redrives SET state = 'stopped', stopped_by = $3, finished_at = now(), updated_at = now()
 WHERE tenant_id = $1 AND id = $2 AND state = 'running'`,
};

/** Gives a redrive up ($1: id, $2: why). */
export const FAIL_REDRIVE: Statement = {
  name: 'fail-redrive',
  text: `
UPDATE redrives SET state = 'failed', error_message = $2, finished_at = now(), updated_at = now()
 WHERE id = $1 AND state = 'running'`,
};
