import { type Redis } from 'ioredis';

/** Samples how many slots of an upstream are held, every few milliseconds. */
export class SlotWatch {
  readonly #samples: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #key: string | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly lane: string,
  ) {}

  async start(): Promise<void> {
    this.#key = (await this.redis.keys(`*:slots:${this.lane}`))[0];
    this.#timer = setInterval(() => void this.#sample(), 5);
  }

  stop(): { peak: number; mean: number } {
    clearInterval(this.#timer);
    const total = this.#samples.reduce((sum, held) => sum + held, 0);
    return { peak: Math.max(0, ...this.#samples), mean: total / Math.max(1, this.#samples.length) };
  }

  async #sample(): Promise<void> {
    if (this.#key !== undefined) this.#samples.push(await this.redis.zcard(this.#key));
  }
}
