import { PRIORITIES, type Priority } from '#contracts';
import { type Database } from '#database';
import { toPriorityName } from './rows.js';
import * as sql from './sql/backlog-statements.js';

/** How many wait, and for how long the oldest of them has; 0: none does. */
export interface Backlog {
  readonly count: number;
  readonly ageSeconds: number;
}

interface BacklogRow {
  readonly n: number;
  readonly age_seconds: number;
}

const NOTHING: Backlog = { count: 0, ageSeconds: 0 };

/** What the ledger has yet to do, for whoever watches the system. Counting reads rows: never more than `limit`. */
export class BacklogReader {
  constructor(private readonly database: Database) {}

  /** Messages that have not started. */
  async messages(limit: number): Promise<Record<Priority, Backlog>> {
    const rows = await this.database.query<BacklogRow & { priority: number }>(sql.SELECT_BACKLOG, [limit]);
    const known = new Map(rows.map((row) => [toPriorityName(row.priority), toBacklog(row)]));
    const all = PRIORITIES.map((priority) => [priority, known.get(priority) ?? NOTHING]);
    return Object.fromEntries(all) as Record<Priority, Backlog>;
  }

  /** Callbacks that are not delivered yet. */
  async callbacks(limit: number): Promise<Backlog> {
    const [row] = await this.database.query<BacklogRow>(sql.SELECT_OUTBOX, [limit]);
    return row ? toBacklog(row) : NOTHING;
  }
}

function toBacklog({ n, age_seconds }: BacklogRow): Backlog {
  return { count: n, ageSeconds: age_seconds };
}
