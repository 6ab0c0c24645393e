import pg from 'pg';
import { type StorageSettings } from '#config';
import { waitFor } from '#runtime';
import { Database } from './database.js';
import { openEmbedded } from './embedded/open-embedded.js';
import { type Pool } from './pool.js';
import { SEARCH_PATH } from './search-path.js';
import { becomeSoleProcess } from './sole-process.js';

type Storage = StorageSettings['value'];

/** What `openAhead` began, until `openDatabase` takes it. */
const ahead = new WeakMap<Storage, Promise<Database>>();

/**
 * Begins what `openDatabase` with the same settings will wait for, and tell the failures of: files are unpacked and
 * WebAssembly is compiled while the calling thread goes on loading the program.
 */
export function openAhead({ value }: StorageSettings): void {
  const opening = open(value);
  opening.catch(() => undefined);
  ahead.set(value, opening);
}

/**
 * What we look up by key is nearly always in memory. As if it lay on a turning disk, as Postgres takes it to, the planner would
 * read small tables whole, and go on with that in prepared statements while they grow.
 */
const PAGE_COST = '1.1';

/** Postgres when a URL is configured, else the embedded database in the data folder. */
export async function openDatabase({ value }: StorageSettings): Promise<Database> {
  const opening = ahead.get(value) ?? open(value);
  ahead.delete(value);
  return opening;
}

async function open(value: Storage): Promise<Database> {
  return value.database_url === undefined
    ? openEmbedded(value.data_dir)
    : openPostgres(value.database_url, {
        max: value.database_pool,
        timeoutMs: value.database_timeout,
        startTimeoutMs: value.start_timeout,
        alone: value.redis_url === undefined,
      });
}

interface PostgresOptions {
  readonly max: number;
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  /** Whether no other process may use the database. */
  readonly alone: boolean;
}

async function openPostgres(
  url: string,
  { max, timeoutMs, startTimeoutMs, alone }: PostgresOptions,
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 800,
    query_timeout: timeoutMs,
    keepAlive: true,
    // The server's own limit ends what the client has given up on.
    options: `-c search_path=${SEARCH_PATH.replace(' ', '')} -c timezone=UTC -c statement_timeout=${2 * timeoutMs} -c random_page_cost=${PAGE_COST}`,
  });
  // A dropped idle connection is replaced by the next query; without a listener it would end the process.
  pool.on('error', () => {});
  let leave: () => Promise<void> = () => Promise.resolve();
  const database = new Database(pool as unknown as Pool, 'postgres', async () => {
    await pool.end();
    await leave();
  });
  await waitFor(() => database.ping(), startTimeoutMs, 'Postgres');
  if (alone) leave = await becomeSoleProcess(url);
  return database;
}
