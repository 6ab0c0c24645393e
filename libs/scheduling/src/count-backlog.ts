import { PRIORITIES } from '#contracts';
import { type BacklogReader } from '#ledger';
import { type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { PeriodicCount } from './periodic-count.js';

const EVERY_MS = 5_000;

/** It looks at no more than this many rows of each. */
const MOST = 20_000;

/** Keeps the gauges of what the ledger has yet to do, whatever the schedule knows of it. */
export class CountBacklog extends PeriodicCount {
  readonly name = 'backlog count';

  constructor(
    private readonly ledger: BacklogReader,
    private readonly metrics: Metrics,
    clock: Clock,
  ) {
    super(EVERY_MS, clock);
  }

  protected async count(): Promise<void> {
    const [messages, callbacks] = await Promise.all([
      this.ledger.messages(MOST),
      this.ledger.callbacks(MOST),
    ]);
    for (const priority of PRIORITIES) {
      this.metrics.backlog.set({ priority }, messages[priority].count);
      this.metrics.backlogAge.set({ priority }, messages[priority].ageSeconds);
    }
    this.metrics.callbacksWaiting.set(callbacks.count);
    this.metrics.callbacksAge.set(callbacks.ageSeconds);
  }

  protected reset(): void {
    this.metrics.backlog.reset();
    this.metrics.backlogAge.reset();
    this.metrics.callbacksWaiting.set(0);
    this.metrics.callbacksAge.set(0);
  }
}
