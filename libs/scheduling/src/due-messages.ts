import { type SchedulerSettings } from '#config';
import { type ScheduleLedger } from '#ledger';
import { type Metrics } from '#observability';
import { type Enqueuer } from '#walk';
import { type Duty } from './leader.js';

/** Most batches in one tick: the lease must not run out meanwhile. */
const ROUNDS = 10;

/**
 * Gives scheduled messages their turn one tick before they are due; the schedule keeps them for the rest of it, so that
 * they start on time. What a crash leaves without a job is brought by the reconciler.
 */
export class DueMessages implements Duty {
  readonly name = 'due messages';

  constructor(
    private readonly ledger: ScheduleLedger,
    private readonly enqueuer: Enqueuer,
    private readonly settings: SchedulerSettings,
    private readonly metrics: Metrics,
  ) {}

  async perform(): Promise<void> {
    const { tick, batch } = this.settings.value;
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = await this.ledger.releaseDue(tick, batch);
      this.metrics.released.inc(ids.length);
      if (ids.length > 0) await this.enqueuer.enqueue(await this.ledger.heads(ids));
      if (ids.length < batch) return;
    }
  }
}
