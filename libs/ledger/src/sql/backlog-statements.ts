import { type Statement } from '#database';

/**
 * What has not started ($1: most rows), by priority, and how long the oldest has waited that nothing but room keeps from
 * starting: a turn that waits for another turn of its conversation is counted, but has no age. Those that expire first are
 * read first, by their index: where there are more than may be read, that are the better bands and the oldest ones. 50 ms
 * for 20,000 rows in the embedded database, on a machine that is busy.
 */
export const SELECT_BACKLOG: Statement = {
  name: 'select-backlog',
  text: `
SELECT priority, count(*)::int AS n,
       coalesce(greatest(0, extract(epoch FROM now() - min(since) FILTER (WHERE is_ready))), 0)::float8 AS age_seconds
  FROM (SELECT m.priority, greatest(m.created_at, m.scheduled_at) AS since,
               m.status = 'queued' OR m.conversation_id IS NULL AS is_ready
          FROM messages m
         WHERE m.status IN ('pending', 'queued') ORDER BY m.expires_at LIMIT $1) waiting
 GROUP BY priority`,
};

/** Callbacks that are not delivered yet ($1: most rows), and how long ago the oldest of them was written. */
export const SELECT_OUTBOX: Statement = {
  name: 'select-outbox',
  text: `
SELECT count(*)::int AS n, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age_seconds
  FROM (SELECT created_at FROM callback_deliveries WHERE state = 'pending' LIMIT $1) waiting`,
};
