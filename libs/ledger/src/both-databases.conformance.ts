import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { type Database, openDatabase, openEmbedded } from '#database';
import { createTestDatabase, postgresUrlForTests } from '#testing';

const cleanUps: (() => unknown)[] = [];
// In every test file that imports this one.
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** A new database inside of this process; its folder goes with the test file. */
export function embedded(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-ledger-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return openEmbedded(folder);
}

/** The URL of a new database on a Postgres; it goes with the test file. */
export async function emptyPostgres(): Promise<string> {
  const database = await createTestDatabase(await postgresUrlForTests());
  cleanUps.push(() => database.drop());
  return database.url;
}

/** As one of several processes: that there is a Redis is only said. */
export async function postgres(url?: string): Promise<Database> {
  const env = { DATABASE_URL: url ?? (await emptyPostgres()), REDIS_URL: 'redis://127.0.0.1:1' };
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

/** Every database that can hold the ledger, for `describe.each`. */
export const BOTH_DATABASES = [
  ['the embedded database', embedded],
  ['Postgres', () => postgres()],
] as const;
