import { type Database, type Query } from '#database';
import { withinBudgets } from './budgets.js';
import { Handover } from './handover.js';
import { insertFree, isFree } from './insert-free.js';
import {
  type CommittedRow,
  INSERT_MESSAGES,
  type NewMessageRow,
  type UnansweredRow,
  VACATE_TURNS,
} from './sql/insert-messages.js';

/** What was committed of a message. */
export type InsertedRow = CommittedRow<Handover>;

type FoundRow = CommittedRow | UnansweredRow;

/**
 * Commits rows together; answers with those that were committed, by their ids. What has no budgets, as most, costs one
 * statement; else those rows are left out that their budgets do not bear.
 */
export async function insertRows(
  database: Database,
  rows: readonly NewMessageRow[],
): Promise<ReadonlyMap<string, InsertedRow>> {
  const query = database.query.bind(database);
  if (rows.every(isFree)) return handedOver(await insertFree(query, rows));
  const found = rows.some(({ budgets }) => budgets)
    ? await withinBudgets(database, rows, insert)
    : await insert(query, rows);
  const vacant = found.flatMap((row) => (row.status === null && row.vacant_turn_of) || []);
  // A crash in between leaves a conversation that counts one message too many, and nothing else.
  if (vacant.length > 0) await database.query(VACATE_TURNS, [vacant]);
  return handedOver(found.filter((row): row is CommittedRow => row.status !== null));
}

/** Those of one commit go into the schedule together. */
function handedOver(rows: readonly CommittedRow[]): ReadonlyMap<string, InsertedRow> {
  const handovers = new Map<string, Handover>();
  const handoverOf = (id: string) => {
    const known = handovers.get(id) ?? new Handover(id);
    handovers.set(id, known);
    known.add();
    return known;
  };
  const withHandover = (row: CommittedRow): InsertedRow => ({
    ...row,
    handover: row.handover === null ? null : handoverOf(row.handover),
  });
  return new Map(rows.map((row) => [row.id, withHandover(row)]));
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
