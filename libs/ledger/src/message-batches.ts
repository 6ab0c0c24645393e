import { ANSWER_DEADLINE_MS, type Database } from '#database';
import { GroupCommit } from '#runtime';
import { type InsertedRow, insertRows } from './insert-rows.js';
import { type NewMessageRow } from './sql/insert-messages.js';

/** Most messages that share a commit. */
export const MAX_TOGETHER = 200;

/** One batch at a time beside the messages that come one by one, which it must not keep waiting. */
const TURNS = { maxBatch: 1, maxInFlight: 1, maxWaiting: 100, maxWaitMs: ANSWER_DEADLINE_MS };

/** Commits several messages of one caller together and in their order. */
export class MessageBatches {
  readonly #turns: GroupCommit<readonly NewMessageRow[], ReadonlyMap<string, InsertedRow>>;

  constructor(database: Database) {
    this.#turns = new GroupCommit(async ([rows]) => [await insertRows(database, rows!)], TURNS);
  }

  /**
   * Commits at most MAX_TOGETHER rows; messages of one conversation get their turns in the order of their ids. What is
   * missing in the answer was not committed, for a reason that MessageLedger.insert knows. An error that is no AppError is
   * the fault of some row: then none of them was committed.
   * @throws AppError intake_overloaded, database_unavailable
   */
  insert(rows: readonly NewMessageRow[]): Promise<ReadonlyMap<string, InsertedRow>> {
    return this.#turns.add(rows);
  }
}
