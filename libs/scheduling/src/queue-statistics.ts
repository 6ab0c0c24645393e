import { type MinuteStats } from '#ledger';
import { type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';

const MINUTE_MS = 60_000;

/** Minutes that are counted in one go: few enough that the statement is in time, also where there is much to count. */
const MOST_MINUTES = 60;

/** Beyond the grace that the ledger gives late statements. */
const AFTER_MS = 12_000;

/** Counts each minute once it is over: what the statistics of the queues are read from. */
export class QueueStatistics implements Duty {
  readonly name = 'queue statistics';
  #nextMs = 0;
  #minutes = 1;

  constructor(
    private readonly stats: MinuteStats,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  async perform(): Promise<void> {
    const now = this.clock.now();
    if (now < this.#nextMs) return;
    // One step in a tick, so that after a long pause the other duties have their turns.
    if (await this.#step()) return;
    await this.stats.fold();
    this.#nextMs = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS + AFTER_MS;
  }

  /** Whether there is more to count. */
  async #step(): Promise<boolean> {
    const minutes = this.#minutes;
    // Unless it ends well.
    this.#minutes = 1;
    const more = await this.stats.collect(minutes);
    this.metrics.statistics.inc();
    this.#minutes = Math.min(2 * minutes, MOST_MINUTES);
    return more;
  }
}
