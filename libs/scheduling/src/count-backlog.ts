import { PRIORITIES } from '#contracts';
import { type BacklogReader } from '#ledger';
import { type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';

/** Counting reads rows, so it is done this often and looks at no more than this many. */
const EVERY_MS = 5_000;
const MOST = 20_000;

/** Keeps the gauges of what the ledger has yet to do, whatever the schedule knows of it. */
export class CountBacklog implements Duty {
  readonly name = 'backlog count';
  #countedAt = -Infinity;

  constructor(
    private readonly ledger: BacklogReader,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  async perform(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#countedAt < EVERY_MS) return;
    const [messages, callbacks] = await Promise.all([
      this.ledger.messages(MOST),
      this.ledger.callbacks(MOST),
    ]);
    this.#countedAt = now;
    for (const priority of PRIORITIES) {
      this.metrics.backlog.set({ priority }, messages[priority].count);
      this.metrics.backlogAge.set({ priority }, messages[priority].ageSeconds);
    }
    this.metrics.callbacksWaiting.set(callbacks.count);
    this.metrics.callbacksAge.set(callbacks.ageSeconds);
  }

  /** What another process counts from now on must not be shown beside what this one once knew. */
  retire(): void {
    this.metrics.backlog.reset();
    this.metrics.backlogAge.reset();
    this.metrics.callbacksWaiting.set(0);
    this.metrics.callbacksAge.set(0);
    this.#countedAt = -Infinity;
  }
}
