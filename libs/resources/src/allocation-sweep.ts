import { type Database } from '#database';
import { type Log, type Metrics } from '#observability';
import { FORGET_WAITING, RELEASE_EXPIRED } from './sql/allocations.js';

/** Allocations in one batch, and most batches in one tick. */
const BATCH = 500;
const ROUNDS = 10;

/** The duty that ends allocations whose time is over, and forgets requests whose process died while they waited. */
export class AllocationSweep {
  readonly name = 'allocation sweep';

  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) if ((await this.#release()) < BATCH) break;
    const forgotten = await this.database.query(FORGET_WAITING);
    if (forgotten.length > 0)
      this.log.info({ requests: forgotten.length }, 'forgot requests for resources that nobody waits for');
  }

  async #release(): Promise<number> {
    const { length } = await this.database.query(RELEASE_EXPIRED, [BATCH]);
    if (length === 0) return 0;
    this.metrics.resourceRequests.inc({ outcome: 'expired' }, length);
    this.log.info({ allocations: length }, 'allocations ended because their time was over');
    return length;
  }
}
