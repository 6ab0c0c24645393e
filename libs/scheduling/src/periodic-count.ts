import { type Clock } from '#runtime';
import { type Duty } from './leader.js';

/** Keeps gauges of what only the leader counts: now and then, since counting reads rows, and not once another one leads. */
export abstract class PeriodicCount implements Duty {
  abstract readonly name: string;
  #countedAt = -Infinity;

  constructor(
    private readonly everyMs: number,
    private readonly clock: Clock,
  ) {}

  protected abstract count(): Promise<void>;
  protected abstract reset(): void;

  async perform(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#countedAt < this.everyMs) return;
    await this.count();
    this.#countedAt = now;
  }

  /** What another process counts from now on must not be shown beside what this one once knew. */
  retire(): void {
    this.reset();
    this.#countedAt = -Infinity;
  }
}
