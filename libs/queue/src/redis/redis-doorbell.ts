import { type RedisConnections } from '#redis';
import { Doorbell } from '../doorbell.js';

/** Rings within this time become one, so that a burst of adds does not become a storm of wake-ups. */
const COALESCE_MS = 5;

/** A doorbell over pub/sub: the first ring goes out at once, those right behind it together. */
export class RedisDoorbell extends Doorbell {
  readonly #channel: string;
  #listening = false;
  #quietUntil = 0;
  #pending: NodeJS.Timeout | undefined;

  constructor(private readonly connections: RedisConnections) {
    super();
    this.#channel = `${connections.prefix}:bell`;
  }

  ring(): void {
    if (this.#pending) return;
    const wait = this.#quietUntil - performance.now();
    if (wait <= 0) return this.#publish();
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      this.#publish();
    }, wait);
  }

  /**
   * Jobs that were written to the connection by now are in the schedule before the ring is out, so nobody need wait for
   * the answer. One that was not yet written is found at the next safety tick.
   */
  override async ringBehind(adding: Promise<unknown>): Promise<void> {
    setImmediate(() => this.ring());
    await adding;
  }

  override onRing(listener: () => void): () => void {
    this.#subscribe();
    return super.onRing(listener);
  }

  override close(): void {
    clearTimeout(this.#pending);
    super.close();
  }

  #publish(): void {
    this.#quietUntil = performance.now() + COALESCE_MS;
    // A lost ring costs one safety tick, so a failure is no reason to trouble whoever rang.
    this.connections.prompt.publish(this.#channel, '').catch(() => undefined);
  }

  #subscribe(): void {
    if (this.#listening) return;
    this.#listening = true;
    const subscriber = this.connections.subscriber();
    subscriber.on('message', () => this.listeners.emit('ring'));
    subscriber.subscribe(this.#channel).catch(() => undefined);
  }
}
