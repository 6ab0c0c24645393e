import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnNode } from '#testing';

const MIGRATE = join(import.meta.dirname, '../../dist/apps/server/src/migrate.js');

/** Names the folder that `setup` has made. */
const VARIABLE = 'LLMQ_TEST_NEW_DATABASE';

/** Makes an embedded database once for all tests, which takes seconds; the answer takes it away. */
export async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-new-database-'));
  const env = { DATA_DIR: folder, DATABASE_URL: undefined, REDIS_URL: undefined, API_KEYS: undefined };
  const migration = spawnNode(MIGRATE, [], env);
  if ((await migration.exited) !== 0) throw new Error(`no new database: ${migration.output()}`);
  process.env[VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A folder of its own for an embedded database, with a copy of the new one where there is one. */
export function newDatabaseFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-system-'));
  const made = process.env[VARIABLE];
  if (made !== undefined) cpSync(made, folder, { recursive: true });
  return folder;
}
