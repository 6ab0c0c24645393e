import { type RedisConnections } from '#redis';
import { dataOf, jobIdOf, JOB_OPTIONS, timestampOf } from '../bull-jobs.js';
import { type TagRange } from '../fair/range.js';
import { type Band, type JobToAdd } from '../job-queue.js';
import { ADD_JOBS } from './add-jobs.lua.js';
import { bandKeys } from './band-keys.js';

/** Jobs in one step: about 2 ms of Redis. */
const STEP = 100;

/** JSON that goes on with the priority, as BullMQ stores it. */
const OPTIONS = `${JSON.stringify(JOB_OPTIONS).slice(0, -1)},"priority":`;

/** Adds jobs that are due at once to bands in Redis. */
export class RedisAdding {
  constructor(
    private readonly connections: RedisConnections,
    private readonly range: TagRange,
  ) {}

  /** All of it is written to the connection before this returns. */
  async add(band: Band, jobs: readonly JobToAdd[]): Promise<void> {
    const steps: Promise<number>[] = [];
    for (let i = 0; i < jobs.length; i += STEP) steps.push(this.#step(band, jobs.slice(i, i + STEP)));
    await Promise.all(steps);
  }

  #step(band: Band, jobs: readonly JobToAdd[]): Promise<number> {
    const { marker, prioritized, pc, fair, ends, lasts, job } = bandKeys(this.connections.prefix, band);
    const { unit, max } = this.range;
    const args: (string | number)[] = [unit, max, job, OPTIONS];
    for (const each of jobs)
      args.push(jobIdOf(each), each.flow, each.cost, JSON.stringify(dataOf(each.origin)), timestampOf(each));
    return ADD_JOBS.run(this.connections.prompt, [marker, prioritized, pc, fair, ends, lasts], args);
  }
}
