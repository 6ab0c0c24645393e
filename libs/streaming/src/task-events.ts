import { type TaskEvent } from '#contracts';
import { Listeners } from '#runtime';

export type OnTaskEvent = (event: TaskEvent) => void;

/**
 * How the tasks of a tenant are doing, for whoever listens at this moment in whichever process: at most once, in the order
 * in which one process says it, and kept nowhere. Whoever must know for sure asks the ledger, or has a callback.
 */
export abstract class TaskEvents {
  abstract publish(tenantId: string, event: TaskEvent): void;

  /** Answers with what ends the listening. */
  abstract listen(tenantId: string, listener: OnTaskEvent): () => void;
}

/** Listeners of one process by their tenants. A listener that throws takes nothing from the others. */
export class TaskListeners extends Listeners<OnTaskEvent> {
  constructor(private readonly onError: (error: unknown) => void) {
    super();
  }

  tell(tenantId: string, event: TaskEvent): void {
    for (const listener of this.of(tenantId)) {
      try {
        listener(event);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
