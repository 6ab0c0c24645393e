import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { type StorageSettings } from '#config';
import { waitFor } from '#runtime';
import { Database } from './database.js';
import { copyNewDatabase, embeddedParts } from './embedded-parts.js';
import { EmbeddedPool } from './embedded-pool.js';
import { FolderLock } from './folder-lock.js';
import { type Pool } from './pool.js';
import { becomeSoleProcess } from './sole-process.js';

/** BullMQ's tables live in a schema of their own; ours are in `public`. */
const SEARCH_PATH = 'public, bullmq';

/** Postgres when a URL is configured, else the embedded database in the data folder. */
export async function openDatabase({ value }: StorageSettings): Promise<Database> {
  return value.database_url === undefined
    ? openEmbedded(value.data_dir)
    : openPostgres(value.database_url, {
        max: value.database_pool,
        timeoutMs: value.database_timeout,
        startTimeoutMs: value.start_timeout,
        alone: value.redis_url === undefined,
      });
}

/** @throws FolderInUseError when another process has the folder. */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const lock = new FolderLock(dataDir);
  const folder = resolve(dataDir, 'postgres');
  const [parts] = await Promise.all([embeddedParts(), copyNewDatabase(folder)]);
  const database = await PGlite.create({ dataDir: folder, ...parts });
  await database.exec(`SET search_path TO ${SEARCH_PATH}; SET timezone TO 'UTC'`);
  return new Database(new EmbeddedPool(database), 'embedded', async () => {
    await database.close();
    lock.release();
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
    options: `-c search_path=${SEARCH_PATH.replace(' ', '')} -c timezone=UTC -c statement_timeout=${2 * timeoutMs}`,
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
