import { type News, type Topic, topicsOf } from '#contracts';
import { Listeners } from '#runtime';

export interface NewsListener {
  told(news: News): void;
  /** Redis was away, and nobody knows what was missed. */
  missed?(): void;
}

/** Somebody listens. */
export interface Listening {
  /**
   * Resolves once nothing that is said from now on will be missed.
   * @throws AppError redis_unavailable
   */
  ready(): Promise<void>;
  /** May be called more than once. */
  stop(): void;
}

/**
 * What happens to the messages and conversations of a tenant, for whoever listens at this moment in whichever process: at
 * most once, in the order in which one process says it, and kept nowhere. Whoever must know for sure asks the ledger, or
 * has a callback.
 */
export abstract class NewsLine {
  abstract publish(tenantId: string, news: News): void;
  abstract listen(tenantId: string, topic: Topic, listener: NewsListener): Listening;
}

/** Who listens in one process, by tenant and topic. A listener that throws takes nothing from the others. */
export class NewsListeners {
  readonly #byTenant = new Map<string, Listeners<NewsListener>>();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** True: the first one of its tenant. */
  add(tenantId: string, topic: Topic, listener: NewsListener): boolean {
    const known = this.#byTenant.get(tenantId);
    const listeners = known ?? new Listeners<NewsListener>();
    if (!known) this.#byTenant.set(tenantId, listeners);
    listeners.add(topic, listener);
    return !known;
  }

  /** True: the last one of its tenant. */
  remove(tenantId: string, topic: Topic, listener: NewsListener): boolean {
    const listeners = this.#byTenant.get(tenantId);
    listeners?.remove(topic, listener);
    return listeners?.isEmpty === true && this.#byTenant.delete(tenantId);
  }

  tenants(): string[] {
    return [...this.#byTenant.keys()];
  }

  tell(tenantId: string, news: News): void {
    const listeners = this.#byTenant.get(tenantId);
    if (!listeners) return;
    for (const topic of topicsOf(news))
      for (const listener of listeners.of(topic)) this.#safely(() => listener.told(news));
  }

  tellMissed(): void {
    for (const listeners of this.#byTenant.values())
      for (const listener of listeners.all()) this.#safely(() => listener.missed?.());
  }

  #safely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.onError(error);
    }
  }
}
