import { type RedisConnections } from '#redis';
import { queueName } from '../bull-backend.js';
import { type Correction } from '../fair/corrections.js';
import { type TagRange } from '../fair/range.js';
import { type Band, type JobToAdd } from '../job-queue.js';
import { bandKeys } from './band-keys.js';
import { CORRECT, SHIFT, TAG } from './fair-tags.lua.js';

/** Jobs whose priority is lowered in one step: about 2 ms of Redis. */
const SHIFT_STEP = 500;

/** The fair tags of every band in Redis. */
export class RedisFairTags {
  readonly #shifting = new Set<string>();

  constructor(
    private readonly connections: RedisConnections,
    private readonly range: TagRange,
    private readonly onError: (error: Error) => void,
  ) {}

  async tag(band: Band, jobs: readonly JobToAdd[]): Promise<number[]> {
    const { fair, ends, lasts } = this.#keys(band);
    const args = jobs.flatMap(({ flow, cost }) => [flow, cost]);
    const { unit, max } = this.range;
    return TAG.run(this.connections.prompt, [fair, ends, lasts], [unit, max, ...args]);
  }

  async correct(corrections: readonly Correction[]): Promise<void> {
    const groups = Map.groupBy(corrections, ({ band }) => queueName(band));
    const done = [...groups.values()].map((group) => {
      const { fair, ends } = this.#keys(group[0]!.band);
      const args = group.flatMap(({ flow, cost }) => [flow, cost]);
      return CORRECT.run(this.connections.prompt, [fair, ends], args);
    });
    await Promise.all(done);
  }

  /** Moves the base of a band, in the background; another process may help. */
  shift(band: Band): void {
    const name = queueName(band);
    if (this.#shifting.has(name)) return;
    this.#shifting.add(name);
    this.#shiftAll(band)
      .catch(this.onError)
      .finally(() => this.#shifting.delete(name));
  }

  async #shiftAll(band: Band): Promise<void> {
    const { fair, prioritized, former, delayed, active, job } = this.#keys(band);
    const keys = [fair, prioritized, former, delayed, active];
    const step = () => SHIFT.run(this.connections.patient, keys, [this.range.unit, job, SHIFT_STEP]);
    while ((await step()) > 0);
  }

  #keys(band: Band) {
    return bandKeys(this.connections.prefix, band);
  }
}
