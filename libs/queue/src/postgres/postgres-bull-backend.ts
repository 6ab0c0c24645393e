import { createPostgresBackend, type PgPool, type PgQueryable, Queue, runMigrations, Worker } from 'bullmq';
import { PRIORITIES, type Priority } from '#contracts';
import { type Database, withoutEnd } from '#database';
import {
  type BullBackend,
  type BullQueue,
  type BullWorker,
  MANUAL_WORKER,
  queueName,
  type WorkerTiming,
} from '../bull-backend.js';
import { type Counts, type Ready } from '../job-queue.js';

/** Looks at all bands ($1: queues, $2: now in ms); counts to 64, which is more than one look can start. */
const LOOK = {
  name: 'look-at-bands',
  text: `
SELECT q.queue,
  (SELECT count(*)::int FROM (SELECT 1 FROM bullmq.job j WHERE j.queue = q.queue AND j.state = 'waiting' LIMIT 64) w) AS waiting,
  (SELECT count(*)::int FROM (SELECT 1 FROM bullmq.job j WHERE j.queue = q.queue AND j.state = 'delayed'
                                AND j.process_at_ms <= $2 LIMIT 64) d) AS due,
  (SELECT min(j.process_at_ms)::float8 FROM bullmq.job j WHERE j.queue = q.queue AND j.state = 'delayed'
                                AND j.process_at_ms > $2) AS next_due
FROM unnest($1::text[]) AS q(queue)`,
};

const COUNT = {
  name: 'count-bands',
  text: `SELECT queue, count(*)::int AS n FROM bullmq.job
          WHERE queue = ANY($1::text[]) AND state IN ('waiting', 'delayed') GROUP BY queue`,
};

const QUEUES = PRIORITIES.map(queueName);

/** BullMQ on the ledger's own database: no Redis, one process. */
export class PostgresBullBackend implements BullBackend {
  readonly #pool: PgPool;

  constructor(private readonly database: Database) {
    this.#pool = withoutEnd(database.pool as unknown as PgPool);
  }

  /** Makes BullMQ's tables; call it once before the first queue is opened. */
  static async migrate(database: Database): Promise<void> {
    const client = await database.pool.connect();
    try {
      await runMigrations(client as unknown as PgQueryable, 'bullmq');
      await client.query('SET search_path TO public, bullmq');
    } finally {
      client.release();
    }
  }

  openQueue(priority: Priority): BullQueue {
    return new Queue(
      queueName(priority),
      { connection: this.#pool },
      createPostgresBackend,
    ) as unknown as BullQueue;
  }

  openWorker(priority: Priority, { lockDuration, stalledInterval }: WorkerTiming): BullWorker {
    return new Worker(
      queueName(priority),
      null,
      { ...MANUAL_WORKER, connection: this.#pool, lockDuration, stalledInterval },
      createPostgresBackend,
    ) as unknown as BullWorker;
  }

  async ready(): Promise<Ready> {
    const now = Date.now();
    const rows = await this.database.query<{
      queue: string;
      waiting: number;
      due: number;
      next_due: number | null;
    }>(LOOK, [QUEUES, now]);
    const next = Math.min(...rows.map(({ next_due }) => next_due ?? Infinity));
    return {
      counts: counts(
        (queue) => rows.find((row) => row.queue === queue),
        (row) => row.waiting + row.due,
      ),
      nextDueMs: Number.isFinite(next) ? Math.max(0, next - now) : undefined,
    };
  }

  async waiting(): Promise<Counts> {
    const rows = await this.database.query<{ queue: string; n: number }>(COUNT, [QUEUES]);
    return counts(
      (queue) => rows.find((row) => row.queue === queue),
      (row) => row.n,
    );
  }

  /** The schedule lives and dies with the ledger. */
  generation(): Promise<string> {
    return Promise.resolve('ledger');
  }
}

function counts<R>(rowOf: (queue: string) => R | undefined, count: (row: R) => number): Counts {
  const entries = PRIORITIES.map((priority) => {
    const row = rowOf(queueName(priority));
    return [priority, row ? count(row) : 0];
  });
  return Object.fromEntries(entries) as Counts;
}
