import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder that `setup` has made. */
const VARIABLE = 'LLMQ_TEST_NEW_DATABASE';

/** Makes an embedded database once for all tests, which takes seconds; the answer takes it away. */
export async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-new-database-'));
  // Tests that only copy it need nothing of what makes it.
  const { makeDatabase } = await import('../../scripts/binary/new-database.js');
  await makeDatabase(folder);
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
