import { type ListUserPriorities, type Priority, type UserPriority } from '#contracts';
import { type ControlBus } from '#control';
import { type Database } from '#database';
import { type Page } from '#ledger';
import { type RuleBook } from './rule-book.js';
import { type UserPriorityStore } from './user-priority-store.js';

/** The priorities of users as clients see and change them; in force as fast as rules are. */
export class UserPriorities {
  constructor(
    private readonly store: UserPriorityStore,
    private readonly database: Database,
    private readonly book: RuleBook,
    private readonly bus: ControlBus,
  ) {}

  /** @throws AppError limit_reached, database_unavailable */
  set(tenantId: string, userId: string, priority: Priority): Promise<UserPriority> {
    return this.#change(tenantId, () => this.store.put({ tenantId, userId }, priority));
  }

  /** Whether there was one; deleting twice does no harm. */
  delete(tenantId: string, userId: string): Promise<boolean> {
    return this.#change(tenantId, () => this.store.delete({ tenantId, userId }));
  }

  list(tenantId: string, request: ListUserPriorities): Promise<Page<UserPriority>> {
    return this.database.answer(() => this.store.list(tenantId, request));
  }

  async #change<T>(tenantId: string, write: () => Promise<T>): Promise<T> {
    const changed = await this.database.answer(write);
    this.bus.publish('preprocessing.changed', { tenantId });
    await this.book.refresh();
    return changed;
  }
}
