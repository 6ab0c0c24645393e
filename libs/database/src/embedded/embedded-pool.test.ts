import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database } from '../database.js';
import { FolderInUseError } from './folder-lock.js';
import { openEmbedded } from './open-embedded.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-pool-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(folder);
  await database.pool.query('CREATE TABLE t (n int)');
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const numbers = async () => (await database.pool.query('SELECT n FROM t ORDER BY n')).rows.map(({ n }) => n);

describe('EmbeddedPool', () => {
  test('a transaction has the connection to itself until it ends', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES ($1)', [1]);
    const outside = numbers();
    await client.query('INSERT INTO t VALUES ($1)', [2]);
    await client.query('COMMIT');
    expect(await outside).toEqual([1, 2]);
    client.release();
  });

  test('what is not committed when the client is released is rolled back', async () => {
    const client = await database.pool.connect();
    await client.query('START TRANSACTION');
    await client.query('DELETE FROM t');
    client.release();
    expect(await numbers()).toEqual([1, 2]);
  });

  test('a failed statement inside of a transaction keeps the turn until the rollback', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await expect(client.query('SELECT nonsense')).rejects.toThrow('nonsense');
    const outside = numbers();
    await client.query('ROLLBACK');
    expect(await outside).toEqual([1, 2]);
    client.release();
  });

  test('clients that come at once take turns', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = await database.pool.connect();
        await client.query('BEGIN');
        const { rows } = await client.query('SELECT count(*)::int AS n FROM t');
        await client.query('INSERT INTO t VALUES ($1)', [10 + Number(rows[0]!['n'])]);
        await client.query('COMMIT');
        client.release();
      }),
    );
    expect(await numbers()).toEqual([1, 2, ...Array.from({ length: 20 }, (_, i) => 12 + i)]);
  });

  test('answers as node-postgres does', async () => {
    const updated = await database.pool.query('UPDATE t SET n = n WHERE n < 3');
    expect(updated).toMatchObject({ command: 'UPDATE', rowCount: 2 });
    const named = await database.pool.query({ name: 'x', text: 'SELECT $1::int AS n', values: [5] });
    expect(named).toMatchObject({ rows: [{ n: 5 }], rowCount: 1 });
  });
});

describe('the data folder', () => {
  test('belongs to one process; the second one is told so', async () => {
    await expect(openEmbedded(folder)).rejects.toThrow(FolderInUseError);
    await expect(openEmbedded(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  });

  test('keeps what was written, and can be opened again', async () => {
    await database.close();
    database = await openEmbedded(folder);
    expect(await numbers()).toHaveLength(22);
  });
});
