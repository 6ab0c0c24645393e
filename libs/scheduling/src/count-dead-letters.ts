import { PRIORITIES } from '#contracts';
import { type DeadLetters } from '#ledger';
import { type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { PeriodicCount } from './periodic-count.js';

const EVERY_MS = 10_000;

/** It looks at no more than this many rows. */
const MOST = 100_000;

/** Keeps the gauge of waiting dead letters. */
export class CountDeadLetters extends PeriodicCount {
  readonly name = 'dead letter count';

  constructor(
    private readonly letters: DeadLetters,
    private readonly metrics: Metrics,
    clock: Clock,
  ) {
    super(EVERY_MS, clock);
  }

  protected async count(): Promise<void> {
    const counts = await this.letters.counts(MOST);
    for (const priority of PRIORITIES) this.metrics.deadLetters.set({ priority }, counts[priority]);
  }

  protected reset(): void {
    this.metrics.deadLetters.reset();
  }
}
