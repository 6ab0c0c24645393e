import { type Database } from '#database';
import { type Schedulable, toSchedulable } from './schedule-ledger.js';
import * as sql from './sql/worker-statements.js';

/** The worker processes and their signs of life. */
export class WorkerProcesses {
  constructor(private readonly database: Database) {}

  async beat(workerId: string): Promise<void> {
    await this.database.query(sql.BEAT, [workerId]);
  }

  /** How many signs of life each known process has given. */
  async beats(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query<{ id: string; beats: number }>(sql.SELECT_BEATS);
    return new Map(rows.map(({ id, beats }) => [id, beats]));
  }

  async forget(workerId: string): Promise<void> {
    await this.database.query(sql.FORGET_WORKER, [workerId]);
  }

  /** Makes what a dead process ran free for others; answers with at most `limit` of it. */
  async endLeases(workerId: string, limit: number): Promise<Schedulable[]> {
    const rows = await this.database.query<Record<string, unknown>>(sql.END_LEASES, [workerId, limit]);
    return rows.map(toSchedulable);
  }
}
