import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { type Database, migrate, openDatabase, openDataSource, openEmbedded } from '#database';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { conformsToMessageLedger } from './message-ledger.conformance.js';
import { LEDGER_SCHEMA } from './schema.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

function embedded(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-ledger-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return openEmbedded(folder);
}

async function emptyPostgres(): Promise<string> {
  const database = await createTestDatabase(await postgresUrlForTests());
  cleanUps.push(() => database.drop());
  return database.url;
}

function postgres(DATABASE_URL: string): Promise<Database> {
  const env = { DATABASE_URL, REDIS_URL: 'redis://127.0.0.1:1' };
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

describe('MessageLedger on the embedded database', () => conformsToMessageLedger(embedded));
describe('MessageLedger on Postgres', () =>
  conformsToMessageLedger(async () => postgres(await emptyPostgres())));

describe('migrations', () => {
  test('run once when many processes start at once', async () => {
    const url = await emptyPostgres();
    const databases = await Promise.all(Array.from({ length: 4 }, () => postgres(url)));
    const sources = await Promise.all(databases.map((database) => openDataSource(database, LEDGER_SCHEMA)));
    await Promise.all(sources.map((source, i) => migrate(databases[i]!, source)));
    const [count] = await databases[0]!.query<{ n: number }>({
      name: 'n',
      text: 'SELECT count(*)::int AS n FROM migrations',
    });
    expect(count!.n).toBe(LEDGER_SCHEMA.migrations.length);
    await Promise.all(databases.map((database) => database.close()));
  });

  test('make the tables that the entities describe', async () => {
    const database = await postgres(await emptyPostgres());
    const source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    for (const { tableName, columns } of source.entityMetadatas) {
      const rows = await database.query<{ column_name: string; nullable: boolean }>(
        {
          name: 'columns',
          text: `SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_name = $1`,
        },
        [tableName],
      );
      const described = columns.map(({ databaseName, isNullable }) => [databaseName, isNullable]);
      expect(new Map(rows.map((row) => [row.column_name, row.nullable]))).toEqual(
        new Map(described as never),
      );
    }
    await database.close();
  });
});
