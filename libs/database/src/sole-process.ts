import pg from 'pg';

/** The advisory lock of the one process that may use a database without Redis. */
const SOLE_PROCESS_LOCK = 5_417_234;

/**
 * Without Redis streams, slots and control live inside of one process, so a second one on the same database would
 * not hear of the first. The lock belongs to a connection of its own, open as long as the process; answers with
 * the function that closes it.
 */
export async function becomeSoleProcess(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  // A connection that breaks is the database's restart; whoever reads or writes next sees that too.
  client.on('error', () => undefined);
  await client.connect();
  const sql = 'SELECT pg_try_advisory_lock($1) AS taken';
  const { rows } = await client.query<{ taken: boolean }>(sql, [SOLE_PROCESS_LOCK]);
  if (rows[0]?.taken) return () => client.end();
  await client.end();
  throw new Error(
    'Another process uses this database without Redis. Set REDIS_URL for both, and they can share it.',
  );
}
