import { setTimeout as delay } from 'node:timers/promises';
import { type Checker } from './checker.js';
import { type Client } from './client.js';

/** Posts messages at a steady pace until told to stop, every fourth into one of a few conversations. */
export class Load {
  readonly #stopped = new AbortController();
  readonly #posts = new Set<Promise<number>>();
  #loop: Promise<void> | undefined;
  #count = 0;
  /** The longest that anybody waited for an answer. */
  slowestMs = 0;
  readonly statuses = new Map<number, number>();

  constructor(
    private readonly checker: Checker,
    private readonly client: () => Client,
    private readonly conversations: readonly string[],
    private readonly everyMs: number,
    private readonly name = 'load',
    private readonly extra: (n: number) => Readonly<Record<string, unknown>> = () => ({}),
  ) {}

  get posted(): number {
    return this.#count;
  }

  start(): this {
    this.#loop = this.#run();
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    await Promise.all(this.#posts);
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const post = this.#post((this.#count += 1)).finally(() => this.#posts.delete(post));
      this.#posts.add(post);
      // The client's own pace; nothing waits for it.
      await delay(this.everyMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  async #post(n: number): Promise<number> {
    const turn = this.conversations.length > 0 && n % 4 === 0;
    const id = this.conversations[(n / 4) % this.conversations.length];
    const startedAt = performance.now();
    const extra = { ...this.extra(n), ...(turn && { conversation_id: id }) };
    const status = await this.checker.post(this.client(), `${this.name} ${n}`, extra);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    return status;
  }
}
