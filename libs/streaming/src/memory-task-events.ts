import { type TaskEvent } from '#contracts';
import { type OnTaskEvent, TaskEvents, TaskListeners } from './task-events.js';

/** Task events inside of one process. */
export class MemoryTaskEvents extends TaskEvents {
  readonly #listeners: TaskListeners;

  constructor(onError: (error: unknown) => void) {
    super();
    this.#listeners = new TaskListeners(onError);
  }

  /** Later, as it would come from elsewhere: whoever publishes does not wait for those who listen. */
  publish(tenantId: string, event: TaskEvent): void {
    setImmediate(() => this.#listeners.tell(tenantId, event));
  }

  listen(tenantId: string, listener: OnTaskEvent): () => void {
    this.#listeners.add(tenantId, listener);
    return () => void this.#listeners.remove(tenantId, listener);
  }
}
