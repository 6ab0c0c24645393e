import { type Priority } from '#contracts';
import { type Database } from '#database';
import { Remembered } from '#runtime';
import { toPriorityName } from './rows.js';
import * as sql from './sql/minute-stats.js';

/** What happened to the messages of one lane and priority in some time. */
export interface BandStats {
  readonly lane: string;
  readonly priority: Priority;
  readonly accepted: number;
  readonly completed: number;
  readonly failed: number;
  readonly timeout: number;
  readonly cancelled: number;
  /** Of those that ended, how many had started. */
  readonly started: number;
  readonly waitMs: number;
  readonly maxWaitMs: number;
  readonly runMs: number;
  readonly minRunMs: number | null;
  readonly maxRunMs: number | null;
}

export interface RunningCount {
  readonly lane: string;
  readonly priority: Priority;
  readonly running: number;
}

/** Of a tenant. */
export interface OpenCount {
  readonly running: number;
  readonly waiting: number;
}

interface Live {
  /** Where the counted minutes end. */
  readonly until: string;
  readonly rows: readonly sql.StatsRow[];
}

/**
 * The numbers of the past, from the ledger: closed minutes are counted once, by the process that leads; what has happened
 * since is counted when somebody asks, for all who ask together.
 */
export class MinuteStats {
  readonly #live = new Remembered(() => this.#readLive());
  readonly #running = new Remembered(() => this.#readRunning());
  readonly #open = new Remembered(() => this.#readOpen());
  readonly #accepted = new Remembered(() => this.#readAccepted());

  constructor(private readonly database: Database) {}

  /** Counts closed minutes, at most so many; whether there are more. */
  async collect(minutes: number): Promise<boolean> {
    return (await this.database.query<{ more: boolean }>(sql.COLLECT_STATS, [minutes]))[0]?.more ?? false;
  }

  /** Makes one row of many old ones. */
  async fold(): Promise<void> {
    for (const statement of sql.FOLD_STATS) await this.database.query(statement);
  }

  /** What happened to a tenant's messages since then, to the minute; without a time, ever. */
  async since(tenantId: string, time: Date | undefined): Promise<BandStats[]> {
    const { until, rows } = await this.#live.get();
    const counted = await this.database.query<sql.StatsRow>(sql.SELECT_STATS, [
      tenantId,
      time ?? null,
      until,
    ]);
    return [...counted, ...rows.filter((row) => row.tenant_id === tenantId)].map(toStats);
  }

  /** How many messages were ever accepted, in the whole system. */
  accepted(): Promise<number> {
    return this.#accepted.get();
  }

  /** What runs now, in the whole system. */
  running(): Promise<readonly RunningCount[]> {
    return this.#running.get();
  }

  /** What a tenant has under way now. */
  async open(tenantId: string): Promise<OpenCount> {
    return (await this.#open.get()).get(tenantId) ?? { running: 0, waiting: 0 };
  }

  async #readAccepted(): Promise<number> {
    const { until, rows } = await this.#live.get();
    const [counted] = await this.database.query<{ accepted: number | null }>(sql.COUNT_ACCEPTED, [until]);
    return rows.reduce((sum, { accepted }) => sum + accepted, counted?.accepted ?? 0);
  }

  async #readOpen(): Promise<ReadonlyMap<string, OpenCount>> {
    const rows = await this.database.query<OpenCount & { tenant_id: string }>(sql.COUNT_OPEN);
    return new Map(rows.map(({ tenant_id, running, waiting }) => [tenant_id, { running, waiting }]));
  }

  async #readLive(): Promise<Live> {
    const rows = await this.database.query<sql.StatsRow & { until: string }>(sql.SELECT_LIVE_STATS);
    return { until: rows[0]!.until, rows: rows.filter(({ tenant_id }) => tenant_id !== null) };
  }

  async #readRunning(): Promise<RunningCount[]> {
    const rows = await this.database.query<{ lane: string; priority: number; running: number }>(
      sql.COUNT_RUNNING,
    );
    return rows.map(({ lane, priority, running }) => ({ lane, priority: toPriorityName(priority), running }));
  }
}

function toStats(row: sql.StatsRow): BandStats {
  return {
    lane: row.lane,
    priority: toPriorityName(row.priority),
    accepted: row.accepted,
    completed: row.completed,
    failed: row.failed,
    timeout: row.timeout,
    cancelled: row.cancelled,
    started: row.started,
    waitMs: row.wait_ms,
    maxWaitMs: row.max_wait_ms,
    runMs: row.run_ms,
    minRunMs: row.min_run_ms,
    maxRunMs: row.max_run_ms,
  };
}
