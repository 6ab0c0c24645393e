import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, migrate, openDataSource, openEmbedded, packFolder } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { PostgresBullBackend } from '#queue';

/** Makes a data folder as the first start would: with an embedded database, migrated and with nothing in it. */
export async function makeDatabase(folder: string): Promise<void> {
  const database = await openEmbedded(folder);
  try {
    await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
    await PostgresBullBackend.migrate(database);
    await dropTemplates(database);
  } finally {
    await database.close();
  }
}

/** The same, packed. */
export async function packedDatabase(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-new-database-'));
  try {
    await makeDatabase(folder);
    return packFolder(join(folder, 'postgres'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nobody makes further databases from them, and they are half of the files that are copied for each new one. */
async function dropTemplates({ pool }: Database): Promise<void> {
  await pool.query('UPDATE pg_database SET datistemplate = false WHERE datistemplate');
  for (const name of ['template0', 'template1']) await pool.query(`DROP DATABASE ${name}`);
  await pool.query('CHECKPOINT');
}
