import { DataSource, type EntityTarget, type MixedList } from 'typeorm';
import { waitFor } from '#runtime';
import { type Database } from './database.js';
import { type PoolClient } from './pool.js';
import { withoutEnd } from './without-end.js';

export interface Schema {
  readonly entities: MixedList<EntityTarget<unknown> & (new () => unknown)>;
  readonly migrations: readonly (new () => unknown)[];
}

/** The advisory lock that serialises migrations; the number is arbitrary and must never change. */
const MIGRATION_LOCK = 5_417_233;
const MIGRATION_WAIT_MS = 300_000;

/** TypeORM on the pool that we already have, so that one process has one pool. */
export async function openDataSource(database: Database, schema: Schema): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    driver: { Pool: sharedPool(database), types: {} },
    entities: schema.entities as never,
    migrations: [...schema.migrations] as never,
    migrationsTransactionMode: 'all',
    installExtensions: false,
    synchronize: false,
    logging: false,
  });
  await source.initialize();
  return source;
}

/** Runs what is missing; of several processes that start at once, one migrates and the others wait for it. */
export async function migrate(database: Database, source: DataSource): Promise<void> {
  if (database.kind === 'embedded') return void (await source.runMigrations());
  const lock = await database.pool.connect();
  try {
    await waitFor(() => takeLock(lock), MIGRATION_WAIT_MS, 'The process that migrates the database');
    await source.runMigrations();
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    lock.release();
  }
}

async function takeLock(client: PoolClient): Promise<void> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS taken', [MIGRATION_LOCK]);
  if (rows[0]?.['taken'] !== true) throw new Error('another process holds the migration lock');
}

/** A constructor that answers with the shared pool. */
function sharedPool(database: Database) {
  return class {
    constructor() {
      return withoutEnd(database.pool);
    }
  };
}
