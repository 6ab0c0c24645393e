import { type ListUserPriorities, type Priority, priorityNumber, type UserPriority } from '#contracts';
import { type Database } from '#database';
import { type Page, toPriorityName } from '#ledger';
import * as sql from './sql/user-statements.js';
import { withinBounds } from './store-bounds.js';

/** Whose priority is asked for. */
export interface UserKey {
  readonly tenantId: string;
  readonly userId: string;
}

const DEFAULT_SIZE = 20;

/** The priorities of users in the ledger; every read and write names its tenant. */
export class UserPriorityStore {
  constructor(private readonly database: Database) {}

  /** @throws AppError limit_reached, database_unavailable */
  async put({ tenantId, userId }: UserKey, priority: Priority): Promise<UserPriority> {
    const values = [tenantId, userId, priorityNumber(priority)];
    const [row] = await withinBounds(() =>
      this.database.query<sql.UserPriorityRow>(sql.PUT_USER_PRIORITY, values),
    );
    return toUserPriority(row!);
  }

  /** False when there was nothing to delete. */
  async delete({ tenantId, userId }: UserKey): Promise<boolean> {
    return (await this.database.query(sql.DELETE_USER_PRIORITY, [tenantId, userId])).length > 0;
  }

  /** In the order of the users' ids; the cursor is the id of the last one seen. */
  async list(tenantId: string, { user_id, after, limit }: ListUserPriorities): Promise<Page<UserPriority>> {
    const pageSize = limit ?? DEFAULT_SIZE;
    const values = [tenantId, user_id ?? null, after ?? null, pageSize + 1];
    const rows = await this.database.query<sql.UserPriorityRow>(sql.SELECT_USER_PRIORITIES, values);
    const items = rows.slice(0, pageSize).map(toUserPriority);
    const next = rows.length > pageSize ? items.at(-1)!.userId : null;
    return { items, next, total: null, page: null, pageSize };
  }

  /** One answer for each key, in their order; null: none is stored. */
  async lookUp(keys: readonly UserKey[]): Promise<(Priority | null)[]> {
    const values = [keys.map(({ tenantId }) => tenantId), keys.map(({ userId }) => userId)];
    const rows = await this.database.query<{ tenant_id: string; user_id: string; priority: number }>(
      sql.LOOK_UP_USERS,
      values,
    );
    const found = new Map(
      rows.map((row) => [keyText(row.tenant_id, row.user_id), toPriorityName(row.priority)]),
    );
    return keys.map(({ tenantId, userId }) => found.get(keyText(tenantId, userId)) ?? null);
  }
}

/** NUL is in no id. */
export function keyText(tenantId: string, userId: string): string {
  return `${tenantId}\0${userId}`;
}

function toUserPriority({ user_id, priority, updated_at }: sql.UserPriorityRow): UserPriority {
  return { userId: user_id, priority: toPriorityName(priority), updatedAt: updated_at };
}
