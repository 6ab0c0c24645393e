import { type Pool } from '../pool.js';

/** After a crash, so much of the log is read again: about half a second. */
const MOST_LOG_BYTES = 128 * 1024 * 1024;

/** Small tables that change all the time are due soon, large ones when a twentieth of them has changed. */
const DUE_TABLES = `
  SELECT format('%I.%I', schemaname, relname) AS "table"
  FROM pg_stat_user_tables
  WHERE n_dead_tup > 1000 + 0.05 * n_live_tup
     OR n_mod_since_analyze > 1000 + 0.1 * n_live_tup
     OR n_ins_since_vacuum > 1000 + 0.1 * n_live_tup
  ORDER BY n_dead_tup DESC`;

const IS_CHECKPOINT_DUE = `
  SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) > $1
      OR checkpoint_time < now() - interval '5 minutes' AS due
  FROM pg_control_checkpoint()`;

/** Something that was done, and how long everybody else waited for it. */
export interface Upkeep {
  readonly statement: string;
  readonly ms: number;
}

/**
 * What the other processes of a Postgres server do, and a database inside of this one lacks: it takes away dead rows,
 * renews the statistics that plans are made from, and writes checkpoints, without which the log grows until the end of
 * the process. One statement at a time, with everybody else's in between.
 */
export class EmbeddedUpkeep {
  constructor(
    private readonly pool: Pool,
    private readonly mostLogBytes = MOST_LOG_BYTES,
  ) {}

  /** One round of what is due. */
  async run(): Promise<Upkeep[]> {
    const done: Upkeep[] = [];
    for (const { table } of (await this.pool.query(DUE_TABLES)).rows)
      done.push(await this.#timed(`VACUUM (ANALYZE) ${String(table)}`));
    const due = { name: '', text: IS_CHECKPOINT_DUE, values: [this.mostLogBytes] };
    const [checkpoint] = (await this.pool.query(due)).rows;
    if (checkpoint?.['due'] === true) done.push(await this.#timed('CHECKPOINT'));
    return done;
  }

  async #timed(statement: string): Promise<Upkeep> {
    const startedAt = performance.now();
    await this.pool.query(statement);
    return { statement, ms: Math.round(performance.now() - startedAt) };
  }
}
