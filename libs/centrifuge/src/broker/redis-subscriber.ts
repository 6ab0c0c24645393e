import { type Redis } from 'ioredis';
import { type RedisConnections } from '#redis';
import { withDeadline } from '#runtime';

const SUBSCRIBE_TIMEOUT_MS = 800;

/** The one connection of a process that hears what others publish on Redis. */
export class RedisSubscriber {
  #connection: Redis | undefined;
  #onMessage: (channel: string, payload: string) => void = () => undefined;
  #onGap: () => void = () => undefined;

  constructor(private readonly connections: RedisConnections) {}

  /** `onGap`: the connection was away, and messages were missed. */
  hear(onMessage: (channel: string, payload: string) => void, onGap: () => void): void {
    this.#onMessage = onMessage;
    this.#onGap = onGap;
  }

  /**
   * Resolves with the acknowledgement: nothing is missed from here on.
   * @throws AppError redis_unavailable
   */
  async subscribe(channel: string): Promise<void> {
    const subscribed = this.#opened().subscribe(channel);
    await withDeadline(subscribed, SUBSCRIBE_TIMEOUT_MS, 'redis_unavailable', 'Redis');
  }

  /** As soon as Redis takes it, now and after each time that it was away. */
  keepSubscribed(channel: string): void {
    this.#opened()
      .subscribe(channel)
      .catch(() => undefined);
  }

  unsubscribe(channel: string): void {
    this.#connection?.unsubscribe(channel).catch(() => undefined);
  }

  #opened(): Redis {
    if (this.#connection) return this.#connection;
    const connection = this.connections.subscriber();
    connection.on('message', (channel, payload) => this.#onMessage(channel, payload));
    let wasReady = false;
    connection.on('ready', () => {
      if (wasReady) this.#onGap();
      wasReady = true;
    });
    this.#connection = connection;
    return connection;
  }
}
