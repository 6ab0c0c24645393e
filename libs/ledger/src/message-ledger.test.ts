import { describe, expect, test } from 'vitest';
import { migrate, openDataSource } from '#database';
import { BOTH_DATABASES, emptyPostgres, postgres } from './both-databases.conformance.js';
import { conformsToMessageLedger } from './message-ledger.conformance.js';
import { LEDGER_SCHEMA } from './schema.js';

describe.each(BOTH_DATABASES)('MessageLedger on %s', (_, open) => conformsToMessageLedger(open));

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
    const database = await postgres();
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
