import { type Query } from '#database';
import { type CommittedTogetherRow, INSERT_FREE } from './sql/insert-free.js';
import { type CommittedRow, type NewMessageRow } from './sql/insert-messages.js';

/** Nothing has to be looked up for it: it is no turn of a conversation, cannot be a repetition, and has its turn at once. */
export function isFree(row: NewMessageRow): boolean {
  const { conversation_id, idempotency_key, scheduled_at, delay_ms, budgets, reserved } = row;
  const isAlone = conversation_id === null && idempotency_key === null;
  return isAlone && scheduled_at === null && delay_ms === null && !budgets && reserved === undefined;
}

/** Commits rows that are free. */
export async function insertFree(query: Query, rows: readonly NewMessageRow[]): Promise<CommittedRow[]> {
  const [first, last] = boundsOf(rows.map(({ id }) => id));
  const values = [JSON.stringify(rows), first, last, rows.length];
  const [together] = await query<CommittedTogetherRow>(INSERT_FREE, values);
  const { handover, created_at } = together!;
  return rows.map(({ id, ttl_ms }) => ({
    id,
    status: 'pending',
    scheduled_at: null,
    expires_at: new Date(created_at.getTime() + Math.round(ttl_ms)),
    created_at,
    turns_ahead: 0,
    handover,
  }));
}

function boundsOf(ids: readonly string[]): [string, string] {
  let [first, last] = [ids[0]!, ids[0]!];
  for (const id of ids) {
    if (id < first) first = id;
    if (id > last) last = id;
  }
  return [first, last];
}
