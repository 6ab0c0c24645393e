import { type Database } from '#database';
import { queueName } from '../bull-backend.js';
import { type Correction } from '../fair/corrections.js';
import { FairBand } from '../fair/fair-band.js';
import { type TagRange } from '../fair/range.js';
import { type Band, type JobToAdd } from '../job-queue.js';
import { LOWER_PRIORITIES, SELECT_HEADS } from './look-at-bands.js';

/** The fair tags of every band in memory; what still waits from an earlier life of the process says where they begin. */
export class MemoryFairTags {
  readonly #bands = new Map<string, Promise<FairBand>>();

  constructor(
    private readonly database: Database,
    private readonly range: TagRange,
  ) {}

  async tag(band: Band, jobs: readonly JobToAdd[]): Promise<number[]> {
    const fair = await this.#of(queueName(band));
    return jobs.map(({ flow, cost }) => fair.tag(flow, cost));
  }

  async correct(corrections: readonly Correction[]): Promise<void> {
    for (const { band, flow, cost } of corrections) (await this.#of(queueName(band))).settle(flow, cost);
  }

  /** The job with this priority comes next in the queue. */
  async observe(queue: string, head: number): Promise<void> {
    const fair = await this.#of(queue);
    if (!fair.observe(head)) return;
    await this.database.query(LOWER_PRIORITIES, [queue, fair.shift()]);
  }

  #of(queue: string): Promise<FairBand> {
    const known = this.#bands.get(queue) ?? this.#begin(queue);
    this.#bands.set(queue, known);
    return known;
  }

  async #begin(queue: string): Promise<FairBand> {
    try {
      const [row] = await this.database.query<{ head: number }>(SELECT_HEADS, [[queue]]);
      return new FairBand(this.range, row?.head ?? 1);
    } catch (error) {
      this.#bands.delete(queue);
      throw error;
    }
  }
}
