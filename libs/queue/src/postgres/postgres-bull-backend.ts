import { createPostgresBackend, type PgPool, type PgQueryable, Queue, runMigrations, Worker } from 'bullmq';
import { PRIORITIES } from '#contracts';
import { type Database, withoutEnd } from '#database';
import { type MemorySlots } from '#limits';
import {
  type BullBackend,
  type BullQueue,
  type BullWorker,
  MANUAL_WORKER,
  queueName,
  type WorkerTiming,
} from '../bull-backend.js';
import { addInBulk } from '../bull-jobs.js';
import { bandsOf } from '../bull-bands.js';
import { type Correction } from '../fair/corrections.js';
import { TAG_RANGE } from '../fair/range.js';
import { type Band, type Counts, type JobToAdd, type Look, type LookAsk } from '../job-queue.js';
import { COUNT_BANDS } from './look-at-bands.js';
import { MemoryFairTags } from './memory-fair-tags.js';
import { PostgresLook } from './postgres-look.js';
import { PostgresPlaces } from './postgres-places.js';

/** BullMQ on the ledger's own database: no Redis, one process. */
export class PostgresBullBackend implements BullBackend {
  readonly places: PostgresPlaces;
  readonly #pool: PgPool;
  readonly #tags: MemoryFairTags;
  readonly #look: PostgresLook;

  constructor(
    private readonly database: Database,
    slots: MemorySlots,
    range = TAG_RANGE,
  ) {
    this.places = new PostgresPlaces(database);
    this.#pool = withoutEnd(database.pool as unknown as PgPool);
    this.#tags = new MemoryFairTags(database, range);
    this.#look = new PostgresLook(database, slots, this.#tags);
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

  openQueue(band: Band): BullQueue {
    return new Queue(
      queueName(band),
      { connection: this.#pool },
      createPostgresBackend,
    ) as unknown as BullQueue;
  }

  openWorker(band: Band, { lockDuration, stalledInterval }: WorkerTiming): BullWorker {
    return new Worker(
      queueName(band),
      null,
      { ...MANUAL_WORKER, connection: this.#pool, lockDuration, stalledInterval },
      createPostgresBackend,
    ) as unknown as BullWorker;
  }

  look(ask: LookAsk): Promise<Look> {
    return this.#look.run(ask);
  }

  tag(band: Band, jobs: readonly JobToAdd[]): Promise<number[]> {
    return this.#tags.tag(band, jobs);
  }

  async addDue(queue: BullQueue, band: Band, jobs: readonly JobToAdd[]): Promise<void> {
    await addInBulk(queue, jobs, await this.tag(band, jobs));
  }

  correct(corrections: readonly Correction[]): Promise<void> {
    return this.#tags.correct(corrections);
  }

  async waiting(lanes: readonly string[]): Promise<Record<string, Counts>> {
    const queues = bandsOf(lanes).map(queueName);
    const rows = await this.database.query<{ queue: string; n: number }>(COUNT_BANDS, [queues]);
    const counts = new Map(rows.map(({ queue, n }) => [queue, n]));
    const countsOf = (lane: string) =>
      PRIORITIES.map((priority) => [priority, counts.get(queueName({ lane, priority })) ?? 0]);
    return Object.fromEntries(
      lanes.map((lane) => [lane, Object.fromEntries(countsOf(lane)) as unknown as Counts]),
    );
  }

  /** The schedule lives and dies with the ledger. */
  generation(): Promise<string> {
    return Promise.resolve('ledger');
  }
}
