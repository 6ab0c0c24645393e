import { type Statement } from '#database';
import { WAITING } from './transition-statements.js';

/** What happened to the messages of one tenant, lane and priority in some time. */
export interface StatsRow extends Record<string, unknown> {
  readonly tenant_id: string;
  readonly lane: string;
  readonly priority: number;
  readonly accepted: number;
  readonly completed: number;
  readonly failed: number;
  readonly timeout: number;
  readonly cancelled: number;
  /** Of those that ended, how many had started. */
  readonly started: number;
  /** From when they could have started to their first start, all together. */
  readonly wait_ms: number;
  readonly max_wait_ms: number;
  /** From their first start to their end, retries included, all together. */
  readonly run_ms: number;
  readonly min_run_ms: number | null;
  readonly max_run_ms: number | null;
}

const COUNTS = ['accepted', 'completed', 'failed', 'timeout', 'cancelled', 'started'] as const;
const SUMS = [...COUNTS, 'wait_ms', 'run_ms'] as const;
const COLUMNS = [...SUMS, 'max_wait_ms', 'min_run_ms', 'max_run_ms'].join(', ');

/** The columns of several rows as one. */
const TOGETHER = [
  ...SUMS.map((column) => `sum(${column})::float8 AS ${column}`),
  'max(max_wait_ms) AS max_wait_ms',
  'min(min_run_ms) AS min_run_ms',
  'max(max_run_ms) AS max_run_ms',
].join(', ');

const UNTIL = 'minute_stats_until';
const KEPT = `interval '8 days'`;

/** A statement that began in a minute may be seen a little later. */
const GRACE = `interval '10 s'`;

const ms = (later: string, earlier: string) => `date_part('epoch', ${later} - ${earlier}) * 1000`;
const ended = (status: string) => `count(*) FILTER (WHERE m.status = '${status}')`;

/**
 * What was accepted and what ended from `lo` to `hi`, by minute. The messages that were accepted are found by tenant, in
 * the index that has them by time; each tenant costs one look into it. (OFFSET 0 keeps Postgres from joining instead, for
 * which it would read every message.)
 */
function happened(lo: string, hi: string): string {
  return `
  (WITH RECURSIVE tenants AS (
    (SELECT tenant_id FROM messages ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT m.tenant_id FROM messages m WHERE m.tenant_id > t.tenant_id ORDER BY m.tenant_id LIMIT 1)
      FROM tenants t WHERE t.tenant_id IS NOT NULL
  )
  SELECT a.tenant_id, date_trunc('minute', a.created_at) AS bucket, a.lane, a.priority, count(*) AS accepted,
         0 AS completed, 0 AS failed, 0 AS timeout, 0 AS cancelled, 0 AS started,
         0::float8 AS wait_ms, 0::float8 AS run_ms, 0::float8 AS max_wait_ms,
         NULL::float8 AS min_run_ms, NULL::float8 AS max_run_ms
    FROM tenants t CROSS JOIN LATERAL (
      SELECT m.tenant_id, m.created_at, m.lane, m.priority FROM messages m
       WHERE m.tenant_id = t.tenant_id AND m.created_at >= ${lo} AND m.created_at < ${hi} OFFSET 0) a
   GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT m.tenant_id, date_trunc('minute', m.completed_at), m.lane, m.priority, 0,
         ${ended('completed')}, ${ended('failed')}, ${ended('timeout')}, ${ended('cancelled')}, count(m.started_at),
         coalesce(sum(m.wait), 0), coalesce(sum(m.run), 0), coalesce(max(m.wait), 0), min(m.run), max(m.run)
    FROM (SELECT tenant_id, lane, priority, status, started_at, completed_at,
                 ${ms('started_at', 'greatest(created_at, scheduled_at)')} AS wait,
                 ${ms('completed_at', 'started_at')} AS run
            FROM messages WHERE completed_at >= ${lo} AND completed_at < ${hi} OFFSET 0) m
   GROUP BY 1, 2, 3, 4)`;
}

const OVERWRITE = [...SUMS, 'max_wait_ms', 'min_run_ms', 'max_run_ms']
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/**
 * Counts the minutes that have ended since it was last done, at most so many ($1); doing it twice changes nothing. Of two
 * that do it at once the second waits, and goes on where the first one has ended. Answers with whether there is more to do.
 */
export const COLLECT_STATS: Statement = {
  name: 'collect-stats',
  text: `
WITH held AS MATERIALIZED (
  SELECT value::timestamptz AS until FROM facts WHERE name = '${UNTIL}' FOR UPDATE
), known AS (
  SELECT date_trunc('minute', greatest(until, now() - ${KEPT})) AS lo,
         date_trunc('minute', now() - ${GRACE}) AS newest FROM held
), bounds AS (
  SELECT lo, greatest(lo, least(newest, lo + $1 * interval '1 minute')) AS hi, newest FROM known
), stored AS (
  INSERT INTO minute_stats (tenant_id, bucket, lane, priority, ${COLUMNS})
  SELECT tenant_id, bucket, lane, priority, ${TOGETHER}
    FROM ${happened('(SELECT lo FROM bounds)', '(SELECT hi FROM bounds)')} h
   WHERE (SELECT lo < hi FROM bounds) GROUP BY 1, 2, 3, 4
  ON CONFLICT (tenant_id, bucket, span, lane, priority) DO UPDATE SET ${OVERWRITE}
), moved AS (
  UPDATE facts SET value = hi::text FROM bounds WHERE name = '${UNTIL}'
)
SELECT hi < newest AS more FROM bounds`,
};

/** Makes one row of many that are old: of the minutes of an hour, or of all hours. */
function fold(from: string, to: string, olderThan: string, bucket: string): Statement {
  const add = SUMS.map((column) => `${column} = t.${column} + excluded.${column}`).join(', ');
  return {
    name: `fold-stats-${to}`,
    text: `
WITH old AS (
  DELETE FROM minute_stats WHERE span = '${from}' AND bucket < ${olderThan} RETURNING *
)
INSERT INTO minute_stats AS t (tenant_id, bucket, span, lane, priority, ${COLUMNS})
SELECT tenant_id, ${bucket} AS bucket, '${to}', lane, priority, ${TOGETHER} FROM old GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (tenant_id, bucket, span, lane, priority) DO UPDATE SET ${add},
  max_wait_ms = greatest(t.max_wait_ms, excluded.max_wait_ms),
  min_run_ms = least(t.min_run_ms, excluded.min_run_ms), max_run_ms = greatest(t.max_run_ms, excluded.max_run_ms)`,
  };
}

/** Minutes are kept for a day, hours for eight, and what is older as one sum: so the totals never fall. */
export const FOLD_STATS: readonly Statement[] = [
  fold('minute', 'hour', `date_trunc('hour', now() - interval '25 hours')`, `date_trunc('hour', bucket)`),
  fold('hour', 'all', `date_trunc('hour', now() - ${KEPT})`, `'epoch'::timestamptz`),
];

/** Where the counted minutes end, at the latest a while ago: what lies after it is counted when somebody asks. */
const COUNTED_UNTIL = `(SELECT greatest(
  (SELECT value::timestamptz FROM facts WHERE name = '${UNTIL}'), now() - interval '15 minutes'))`;

/** What has happened since the last counted minute, for each tenant; `until` is where that ended. */
export const SELECT_LIVE_STATS: Statement = {
  name: 'select-live-stats',
  text: `
WITH bounds AS MATERIALIZED (SELECT ${COUNTED_UNTIL} AS lo, now() + interval '1 minute' AS hi)
SELECT bounds.lo::text AS until, live.* FROM bounds LEFT JOIN (
  SELECT tenant_id, lane, priority, ${TOGETHER}
    FROM ${happened('(SELECT lo FROM bounds)', '(SELECT hi FROM bounds)')} h GROUP BY 1, 2, 3) live ON true`,
};

/** The counted minutes of a tenant ($1) from one time ($2, null: all) to another ($3). */
export const SELECT_STATS: Statement = {
  name: 'select-stats',
  text: `
SELECT tenant_id, lane, priority, ${TOGETHER} FROM minute_stats
 WHERE tenant_id = $1 AND bucket >= coalesce($2::timestamptz, '-infinity') AND bucket < $3::timestamptz
 GROUP BY 1, 2, 3`,
};

/** How many messages were accepted in the counted minutes, up to a time ($1). */
export const COUNT_ACCEPTED: Statement = {
  name: 'count-accepted',
  text: `SELECT sum(accepted)::float8 AS accepted FROM minute_stats WHERE bucket < $1::timestamptz`,
};

/** How many messages run, in each lane and priority of the whole system: as many rows as there are slots. */
export const COUNT_RUNNING: Statement = {
  name: 'count-running',
  text: `SELECT lane, priority, count(*)::int AS running FROM messages WHERE status = 'processing' GROUP BY 1, 2`,
};

/**
 * What each tenant has under way. What waits is found in the index of what may expire, which is as large as the bands are
 * allowed to be, so it is for all who ask together.
 */
export const COUNT_OPEN: Statement = {
  name: 'count-open',
  text: `
SELECT tenant_id, sum(running)::float8 AS running, sum(waiting)::float8 AS waiting FROM (
  SELECT tenant_id, count(*) AS running, 0 AS waiting FROM messages WHERE status = 'processing' GROUP BY 1
  UNION ALL
  SELECT tenant_id, 0, count(*) FROM messages WHERE status IN ${WAITING} GROUP BY 1) counted
 GROUP BY 1`,
};
