import { type Redis } from 'ioredis';
import { type News, type Topic } from '#contracts';
import { type RedisConnections } from '#redis';
import { withDeadline } from '#runtime';
import { type Listening, NewsLine, type NewsListener, NewsListeners } from './news-line.js';

const SUBSCRIBE_TIMEOUT_MS = 800;

/** News over Redis: one channel for each tenant, and one subscriber connection in each process that listens. */
export class RedisNewsLine extends NewsLine {
  readonly #listeners: NewsListeners;
  /** Acknowledged when they are resolved. */
  readonly #subscribed = new Map<string, Promise<unknown>>();
  #outgoing = new Map<string, News[]>();
  #subscriber: Redis | undefined;
  #isAway = false;

  constructor(
    private readonly connections: RedisConnections,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.#listeners = new NewsListeners(onError);
  }

  /** What is said in one turn of the event loop goes out together: commits of many messages are many news at once. */
  publish(tenantId: string, news: News): void {
    const waiting = this.#outgoing.get(tenantId);
    if (waiting) return void waiting.push(news);
    if (this.#outgoing.size === 0) setImmediate(() => this.#flush());
    this.#outgoing.set(tenantId, [news]);
  }

  listen(tenantId: string, topic: Topic, listener: NewsListener): Listening {
    if (this.#listeners.add(tenantId, topic, listener)) this.#subscribe(tenantId);
    const subscribed = this.#subscribed.get(tenantId)!;
    return {
      ready: async () => {
        await withDeadline(subscribed, SUBSCRIBE_TIMEOUT_MS, 'redis_unavailable', 'Redis');
      },
      stop: () => {
        if (this.#listeners.remove(tenantId, topic, listener)) this.#unsubscribe(tenantId);
      },
    };
  }

  #flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = new Map();
    for (const [tenantId, news] of outgoing)
      this.connections.prompt.publish(this.#channel(tenantId), JSON.stringify(news)).then(
        () => (this.#isAway = false),
        (error: unknown) => this.#lost(error),
      );
  }

  /** Of an outage one word is enough: there may be thousands of news in each of its seconds. */
  #lost(error: unknown): void {
    if (!this.#isAway) this.onError(error);
    this.#isAway = true;
  }

  #subscribe(tenantId: string): void {
    const subscribed = this.#opened().subscribe(this.#channel(tenantId));
    subscribed.catch(this.onError);
    this.#subscribed.set(tenantId, subscribed);
  }

  #unsubscribe(tenantId: string): void {
    this.#subscribed.delete(tenantId);
    this.#opened().unsubscribe(this.#channel(tenantId)).catch(this.onError);
  }

  #opened(): Redis {
    if (this.#subscriber) return this.#subscriber;
    const subscriber = this.connections.subscriber();
    const before = this.#channel('');
    subscriber.on('message', (channel: string, payload: string) => {
      for (const news of JSON.parse(payload) as News[])
        this.#listeners.tell(channel.slice(before.length), news);
    });
    let wasReady = false;
    subscriber.on('ready', () => {
      if (wasReady) this.#again();
      wasReady = true;
    });
    this.#subscriber = subscriber;
    return subscriber;
  }

  /** Redis was away: whoever asks from now on waits for a new acknowledgement. */
  #again(): void {
    for (const tenantId of this.#listeners.tenants()) this.#subscribe(tenantId);
    this.#listeners.tellMissed();
  }

  #channel(tenantId: string): string {
    return `${this.connections.prefix}:news:${tenantId}`;
  }
}
