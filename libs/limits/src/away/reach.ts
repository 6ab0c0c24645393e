import { type RedisConnections } from '#redis';
import { withDeadline } from '#runtime';

/** Longest time that a question about a limit waits for Redis. */
export const PATIENCE_MS = 250;

/** How often a Redis that did not answer is tried again. */
const PROBE_MS = 1_000;

/**
 * Whether Redis answers in time. Once it does not, nobody waits for it any more until it has answered a ping, so that an
 * outage costs each request at most `PATIENCE_MS`, and only the first ones.
 */
export class Reach {
  #isAway = false;
  #epoch = 0;
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly connections: Pick<RedisConnections, 'ping' | 'onReconnect'>,
    private readonly onLost: (error: unknown) => void,
  ) {
    connections.onReconnect(() => this.#renew());
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Changes whenever Redis may have forgotten something, or was not told something. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Calls back after each change of the epoch. */
  onRenewed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The answer to a question; undefined when there is none in time. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    if (this.#isAway) return undefined;
    try {
      return await this.#inTime(question());
    } catch (error) {
      this.#lose(error);
      return undefined;
    }
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    return withDeadline(answer, PATIENCE_MS, 'redis_unavailable', 'Redis');
  }

  #lose(error: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.onLost(error);
    this.#probeLater();
  }

  #probeLater(): void {
    setTimeout(() => void this.#probe(), PROBE_MS).unref();
  }

  async #probe(): Promise<void> {
    try {
      await this.#inTime(this.connections.ping());
    } catch {
      return this.#probeLater();
    }
    this.#isAway = false;
    this.#renew();
  }

  #renew(): void {
    this.#epoch += 1;
    for (const listener of this.#listeners) listener();
  }
}
