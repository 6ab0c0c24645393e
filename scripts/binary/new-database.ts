import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDataSource, openEmbedded, packFolder } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { PostgresBullBackend } from '#queue';

/** An embedded database as the first start would make it, migrated and with nothing in it, packed. */
export async function newDatabase(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-new-database-'));
  try {
    const database = await openEmbedded(folder);
    await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
    await PostgresBullBackend.migrate(database);
    await database.close();
    return packFolder(join(folder, 'postgres'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
