import { withDeadline } from '#runtime';
import { type Pool, type PoolClient, type Query, type Statement } from './pool.js';
import { mapUnavailable } from './unavailable.js';

/** Longest time that somebody who waits for an HTTP answer waits for the database. */
export const ANSWER_DEADLINE_MS = 900;

/** Whoever holds locks and dies is believed to be alive no longer than this. */
const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'`;

/**
 * The ledger's database, Postgres or the embedded one. Its failures to answer come out as
 * `database_unavailable`; all others are the driver's own.
 */
export class Database {
  constructor(
    readonly pool: Pool,
    readonly kind: 'postgres' | 'embedded',
    private readonly onClose: () => Promise<void>,
  ) {}

  async query<R>({ name, text }: Statement, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.pool.query({ name, text, values })).rows as R[];
    } catch (error) {
      throw mapUnavailable(error);
    }
  }

  /** Several statements as one: all of them, or none. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => Promise.reject(mapUnavailable(error)));
    const query: Query = async <R>({ name, text }: Statement, values: unknown[] = []) =>
      (await client.query({ name, text, values })).rows as R[];
    try {
      await client.query(BEGIN);
      const result = await work(query);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      await rollBack(client);
      throw mapUnavailable(error);
    }
  }

  /** Work that an HTTP caller waits for: its answer, or `database_unavailable` in less than a second. */
  async answer<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(work(), ANSWER_DEADLINE_MS, 'database_unavailable', 'The database');
    } catch (error) {
      throw mapUnavailable(error);
    }
  }

  /** Of this process; null where the database is in it. */
  get connections(): { readonly active: number; readonly idle: number } | null {
    const { totalCount, idleCount } = this.pool as {
      readonly totalCount?: number;
      readonly idleCount?: number;
    };
    if (totalCount === undefined || idleCount === undefined) return null;
    return { active: totalCount - idleCount, idle: idleCount };
  }

  async ping(): Promise<void> {
    await this.query({ name: 'ping', text: 'SELECT 1' });
  }

  close(): Promise<void> {
    return this.onClose();
  }
}

/** A connection that cannot even do that is of no use any more. */
async function rollBack(client: PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch {
    client.release(true);
  }
}
