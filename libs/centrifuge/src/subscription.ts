import { type Opened } from './channel-source.js';
import { type Outbox } from './protocol/outbox.js';
import { type Publication, pushOf } from './protocol/publication.js';

/** One channel of one client: hands on what is published in it, no faster than the client takes it. */
export class Subscription {
  /** Epoch seconds; undefined: never. */
  expiresAt: number | undefined;

  constructor(
    readonly channel: string,
    readonly isServerSide: boolean,
    private readonly opened: Opened,
    private readonly abort: AbortController,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Begins with `first`. Resolves when there is nothing more, or it was closed.
   * @throws InsufficientState, AppError: something was missed
   */
  async pump(first: readonly Publication[]): Promise<void> {
    await this.#push(first);
    for await (const batch of this.opened.live) {
      if (this.isClosed) return;
      await this.#push(batch);
    }
  }

  async #push(publications: readonly Publication[]): Promise<void> {
    for (const publication of publications) {
      if (!this.outbox.hasRoom) await this.outbox.room();
      if (this.isClosed) return;
      this.outbox.push(pushOf(this.channel, publication));
    }
  }

  get isClosed(): boolean {
    return this.abort.signal.aborted;
  }

  async touch(): Promise<void> {
    await this.opened.touch?.();
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.opened.close();
  }
}
