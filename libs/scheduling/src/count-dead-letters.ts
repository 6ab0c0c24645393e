import { PRIORITIES } from '#contracts';
import { type DeadLetters } from '#ledger';
import { type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';

/** Counting reads rows, so it is done this often and looks at no more than this many. */
const EVERY_MS = 10_000;
const MOST = 100_000;

/** Keeps the gauge of waiting dead letters. */
export class CountDeadLetters implements Duty {
  readonly name = 'dead letter count';
  #countedAt = -Infinity;

  constructor(
    private readonly letters: DeadLetters,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  async perform(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#countedAt < EVERY_MS) return;
    const counts = await this.letters.counts(MOST);
    this.#countedAt = now;
    for (const priority of PRIORITIES) this.metrics.deadLetters.set({ priority }, counts[priority]);
  }

  /** What another process counts from now on must not be shown beside what this one once knew. */
  retire(): void {
    this.metrics.deadLetters.reset();
    this.#countedAt = -Infinity;
  }
}
