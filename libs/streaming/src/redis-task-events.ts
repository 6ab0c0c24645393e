import { type Redis } from 'ioredis';
import { type TaskEvent } from '#contracts';
import { type RedisConnections } from '#redis';
import { type OnTaskEvent, TaskEvents, TaskListeners } from './task-events.js';

/** Task events over Redis: one channel for each tenant, and one subscriber connection in each process that listens. */
export class RedisTaskEvents extends TaskEvents {
  readonly #listeners: TaskListeners;
  #subscriber: Redis | undefined;

  constructor(
    private readonly connections: RedisConnections,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.#listeners = new TaskListeners(onError);
  }

  publish(tenantId: string, event: TaskEvent): void {
    this.connections.prompt.publish(this.#channel(tenantId), JSON.stringify(event)).catch(this.onError);
  }

  listen(tenantId: string, listener: OnTaskEvent): () => void {
    if (this.#listeners.add(tenantId, listener))
      this.#subscription().subscribe(this.#channel(tenantId)).catch(this.onError);
    return () => {
      if (this.#listeners.remove(tenantId, listener))
        this.#subscription().unsubscribe(this.#channel(tenantId)).catch(this.onError);
    };
  }

  #subscription(): Redis {
    if (this.#subscriber) return this.#subscriber;
    this.#subscriber = this.connections.subscriber();
    const before = this.#channel('');
    this.#subscriber.on('message', (channel: string, payload: string) =>
      this.#listeners.tell(channel.slice(before.length), JSON.parse(payload) as TaskEvent),
    );
    return this.#subscriber;
  }

  #channel(tenantId: string): string {
    return `${this.connections.prefix}:tasks:${tenantId}`;
  }
}
