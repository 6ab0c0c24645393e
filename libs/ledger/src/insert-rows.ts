import { type Database, type Query } from '#database';
import { withinBudgets } from './budgets.js';
import {
  INSERT_MESSAGES,
  type InsertedRow,
  type NewMessageRow,
  type UnansweredRow,
  VACATE_TURNS,
} from './sql/insert-messages.js';

type FoundRow = InsertedRow | UnansweredRow;

/**
 * Commits rows together; answers with those that were committed, by their ids. What has no budgets, as most, costs one
 * statement; else those rows are left out that their budgets do not bear.
 */
export async function insertRows(
  database: Database,
  rows: readonly NewMessageRow[],
): Promise<ReadonlyMap<string, InsertedRow>> {
  const found = rows.some(({ budgets }) => budgets)
    ? await withinBudgets(database, rows, insert)
    : await insert(database.query.bind(database), rows);
  const vacant = found.flatMap((row) => (row.status === null && row.vacant_turn_of) || []);
  // A crash in between leaves a conversation that counts one message too many, and nothing else.
  if (vacant.length > 0) await database.query(VACATE_TURNS, [vacant]);
  const inserted = found.filter((row): row is InsertedRow => row.status !== null);
  return new Map(inserted.map((row) => [row.id, row]));
}

function insert(query: Query, rows: readonly NewMessageRow[]): Promise<FoundRow[]> {
  return query<FoundRow>(INSERT_MESSAGES, [JSON.stringify(withoutRepeats(rows))]);
}

/** One statement sees only the first of two rows with the same key; the other one then finds it committed. */
function withoutRepeats(rows: readonly NewMessageRow[]): readonly NewMessageRow[] {
  const seen = new Set<string>();
  return rows.filter(({ tenant_id, idempotency_key }) => {
    if (idempotency_key === null) return true;
    const key = `${tenant_id}\n${idempotency_key}`;
    return !seen.has(key) && seen.add(key);
  });
}
