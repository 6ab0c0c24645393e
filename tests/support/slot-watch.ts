import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { type System } from './system.js';

/** Samples how many leases of an upstream are held, as Redis has them, over all processes. */
export class SlotWatch {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #stopped = new AbortController();
  #loop: Promise<void> | undefined;
  #held = 0;
  peak = 0;
  samples = 0;

  constructor(system: Pick<System, 'env'>, lane: string) {
    this.#redis = new Redis(system.env['REDIS_URL']!, { retryStrategy: () => 100, maxRetriesPerRequest: 0 });
    this.#redis.on('error', () => undefined);
    this.#key = `{${system.env['REDIS_PREFIX'] ?? 'llmq'}}:slots:${lane}`;
  }

  start(): this {
    this.#loop = this.#run();
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#redis.disconnect();
    await this.#loop;
  }

  /** Leases that were held, on average over all samples. */
  get mean(): number {
    return this.#held / Math.max(1, this.samples);
  }

  /** By process, the leases that are held now. */
  async holders(): Promise<ReadonlyMap<string, number>> {
    const tokens = await this.#redis.zrange(this.#key, await this.#now(), '+inf', 'BYSCORE');
    const byProcess = Map.groupBy(tokens, (token) => token.slice(0, token.lastIndexOf(':')));
    return new Map([...byProcess].map(([id, held]) => [id, held.length]));
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        const held = await this.#redis.zcount(this.#key, await this.#now(), '+inf');
        this.peak = Math.max(this.peak, held);
        this.#held += held;
        this.samples += 1;
      } catch {
        // Redis is away, and so are the leases.
      }
      await delay(10, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  async #now(): Promise<number> {
    const [seconds, micros] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }
}
