import { type Statement } from '#database';

/** One queue of BullMQ as the look finds it. */
export interface QueueLookRow extends Record<string, unknown> {
  readonly queue: string;
  readonly ready: number;
  /** Epoch ms of the next delayed job. */
  readonly next_due: number | null;
  /** Of the job that comes next: its priority, and since when it waits (epoch ms). */
  readonly head: number | null;
  readonly since: number | null;
}

/** Looks at all queues ($1: their names, $2: now in ms); counts to 64, which is more than one look can start. */
export const LOOK_AT_BANDS: Statement = {
  name: 'look-at-bands',
  text: `
SELECT q.queue, head.priority AS head, head.added_at_ms::float8 AS since,
  (SELECT count(*)::int FROM (SELECT 1 FROM bullmq.job j
     WHERE j.queue = q.queue AND j.state = 'waiting' LIMIT 64) w)
  + (SELECT count(*)::int FROM (SELECT 1 FROM bullmq.job j
     WHERE j.queue = q.queue AND j.state = 'delayed' AND j.process_at_ms <= $2 LIMIT 64) d) AS ready,
  (SELECT min(j.process_at_ms)::float8 FROM bullmq.job j
     WHERE j.queue = q.queue AND j.state = 'delayed' AND j.process_at_ms > $2) AS next_due
FROM unnest($1::text[]) AS q(queue)
LEFT JOIN LATERAL (
  SELECT j.priority, j.added_at_ms FROM bullmq.job j
   WHERE j.queue = q.queue AND j.state = 'waiting' ORDER BY j.priority, j.seq LIMIT 1) head ON true`,
};

/** How many jobs wait in each queue ($1: their names). */
export const COUNT_BANDS: Statement = {
  name: 'count-bands',
  text: `SELECT queue, count(*)::int AS n FROM bullmq.job
          WHERE queue = ANY($1::text[]) AND state IN ('waiting', 'delayed') GROUP BY queue`,
};

/** The priority of the first job that waits in each queue ($1: their names). */
export const SELECT_HEADS: Statement = {
  name: 'select-band-heads',
  text: `SELECT queue, min(priority) AS head FROM bullmq.job
          WHERE queue = ANY($1::text[]) AND state = 'waiting' GROUP BY queue`,
};

/** Lowers every priority of a queue ($1: its name, $2: by how much). */
export const LOWER_PRIORITIES: Statement = {
  name: 'lower-priorities',
  text: `UPDATE bullmq.job SET priority = greatest(1, priority - $2) WHERE queue = $1 AND priority > 0`,
};
