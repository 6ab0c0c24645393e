import pg from 'pg';
import { pendingMigrations } from './pending-migrations.js';
import { type Statement } from './pool.js';
import { type Schema } from './typeorm.js';

const PATIENCE_MS = 3_000;

/** What a Postgres says of itself. */
export interface PostgresFacts {
  /** `15.18` as 150018. */
  readonly version: number;
  readonly readOnly: boolean;
  readonly maxConnections: number;
  /** Whether we may make tables. */
  readonly mayCreate: boolean;
  /** What a commit promises: with `off` here, one that was acknowledged may be lost. */
  readonly fsync: boolean;
  readonly synchronousCommit: boolean;
  readonly pending: readonly string[];
  /** Our time before it was asked for its own, its time, ours afterwards; in ms. */
  readonly clock: readonly [number, number, number];
}

const FACTS = `
  SELECT current_setting('server_version_num')::int AS version,
         pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS read_only,
         current_setting('max_connections')::int AS max_connections,
         has_database_privilege(current_database(), 'CREATE') AND has_schema_privilege('public', 'CREATE') AS may_create,
         current_setting('fsync')::bool AS fsync,
         current_setting('synchronous_commit') <> 'off' AS synchronous_commit`;

interface FactsRow {
  readonly version: number;
  readonly read_only: boolean;
  readonly max_connections: number;
  readonly may_create: boolean;
  readonly fsync: boolean;
  readonly synchronous_commit: boolean;
}

/** Looks at a Postgres once, changing nothing. Throws what keeps it from answering. */
export async function probePostgres(url: string, schema: Schema): Promise<PostgresFacts> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const row = (await client.query<FactsRow>(FACTS)).rows[0]!;
    const query = async <R>({ text }: Statement) => (await client.query(text)).rows as R[];
    return {
      version: row.version,
      readOnly: row.read_only,
      maxConnections: row.max_connections,
      mayCreate: row.may_create,
      fsync: row.fsync,
      synchronousCommit: row.synchronous_commit,
      pending: await pendingMigrations({ query }, schema),
      clock: await clockOf(client),
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function clockOf(client: pg.Client): Promise<PostgresFacts['clock']> {
  const before = Date.now();
  const { rows } = await client.query<{ ms: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
  );
  return [before, rows[0]!.ms, Date.now()];
}
