import { type Statement } from '#database';

export interface HeadRow extends Record<string, unknown> {
  readonly queue: string;
  /** Since when the job that comes next has waited (epoch ms). */
  readonly since: number | null;
}

/** The job that comes next in each queue ($1: their names). */
export const SELECT_HEAD_TIMES: Statement = {
  name: 'select-head-times',
  text: `
SELECT q.queue, (SELECT j.added_at_ms::float8 FROM bullmq.job j
   WHERE j.queue = q.queue AND j.state = 'waiting' ORDER BY j.priority, j.seq LIMIT 1) AS since
FROM unnest($1::text[]) AS q(queue)`,
};

/** Jobs are counted up to here: 1 ms; all of a hundred thousand would be 30 ms, and this is asked for in every heartbeat. */
export const MOST_COUNTED = 2_000;

export interface PlaceRow extends Record<string, unknown> {
  /** How many jobs come before it, up to MOST_COUNTED. */
  readonly ahead: number;
  /** How far it is from the first to the last job of the queue, 0 to 1. */
  readonly part: number;
}

const end = (direction: 'ASC' | 'DESC') => `LEFT JOIN LATERAL (SELECT j.priority, j.seq FROM bullmq.job j
   WHERE j.queue = $1 AND j.state = 'waiting' ORDER BY j.priority ${direction}, j.seq ${direction} LIMIT 1)`;

/** How far a column of the job is from the first to the last one; null when they are the same. */
const partBy = (column: string) =>
  `(me.${column} - head.${column})::float8 / nullif(tail.${column} - head.${column}, 0)`;

/**
 * Where a waiting job stands ($1: its queue, $2: names that it may have). (Sorted, the index is read in its order, and
 * OFFSET 0 leaves only that of the names: else Postgres may read all that comes before.)
 */
export const SELECT_PLACE: Statement = {
  name: 'select-place',
  text: `
WITH me AS MATERIALIZED (
  SELECT priority, seq FROM (
    SELECT state, priority, seq FROM bullmq.job WHERE queue = $1 AND id = ANY($2::text[]) OFFSET 0) found
   WHERE state = 'waiting' LIMIT 1)
SELECT (SELECT count(*)::int FROM (
         SELECT 1 FROM bullmq.job j
          WHERE j.queue = $1 AND j.state = 'waiting' AND (j.priority, j.seq) < (me.priority, me.seq)
          ORDER BY j.priority, j.seq LIMIT ${MOST_COUNTED}) counted) AS ahead,
       coalesce(${partBy('priority')}, ${partBy('seq')}, 0) AS part
  FROM me ${end('ASC')} head ON true ${end('DESC')} tail ON true`,
};
