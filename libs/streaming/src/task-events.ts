import { type TaskEvent } from '#contracts';

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
export class TaskListeners {
  readonly #byTenant = new Map<string, Set<OnTaskEvent>>();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Whether it is the first one of the tenant. */
  add(tenantId: string, listener: OnTaskEvent): boolean {
    const known = this.#byTenant.get(tenantId);
    if (known) known.add(listener);
    else this.#byTenant.set(tenantId, new Set([listener]));
    return !known;
  }

  /** Whether it was the last one. */
  remove(tenantId: string, listener: OnTaskEvent): boolean {
    const known = this.#byTenant.get(tenantId);
    if (!known?.delete(listener) || known.size > 0) return false;
    return this.#byTenant.delete(tenantId);
  }

  tell(tenantId: string, event: TaskEvent): void {
    for (const listener of this.#byTenant.get(tenantId) ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
