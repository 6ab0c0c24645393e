import { type Priority } from '#contracts';
import { BoundedMap, GroupCommit } from '#runtime';
import { type RuleBook } from './rule-book.js';
import { keyText, type UserKey, type UserPriorityStore } from './user-priority-store.js';

/** Most users who are remembered: about 20 MB. */
const MAX_USERS = 50_000;

const BATCHES = { maxBatch: 500, maxInFlight: 2, maxWaiting: 20_000, maxWaitMs: 900 };

interface Remembered {
  readonly version: number;
  readonly priority: Priority | null;
}

/**
 * The stored priorities of users, as far as they were asked for. What is remembered holds while the version of its
 * tenant does; of a tenant that has stored none nothing is ever looked up.
 */
export class UserPriorityCache {
  readonly #remembered = new BoundedMap<string, Remembered>(MAX_USERS);
  readonly #lookUps: GroupCommit<UserKey, Priority | null>;

  constructor(
    store: UserPriorityStore,
    private readonly book: RuleBook,
  ) {
    this.#lookUps = new GroupCommit((keys) => store.lookUp(keys), BATCHES);
  }

  /** Null: the user has none. Undefined: it has to be looked up first. */
  known({ tenantId, userId }: UserKey): Priority | null | undefined {
    const version = this.book.usersVersion(tenantId);
    if (version === undefined) return null;
    const remembered = this.#remembered.get(keyText(tenantId, userId));
    return remembered?.version === version ? remembered.priority : undefined;
  }

  /**
   * What is found belongs to the version from before the look-up, so that a change meanwhile makes it void.
   * @throws AppError database_unavailable, intake_overloaded
   */
  async lookUp(key: UserKey): Promise<Priority | null> {
    const version = this.book.usersVersion(key.tenantId);
    const priority = await this.#lookUps.add(key);
    if (version !== undefined) this.#remembered.set(keyText(key.tenantId, key.userId), { version, priority });
    return priority;
  }
}
