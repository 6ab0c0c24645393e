import { join } from 'node:path';
import { Client as PostgresClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, postgresUrlForTests, spawnNode, type TestDatabase } from '#testing';

const MIGRATE = join(import.meta.dirname, '../dist/apps/server/src/migrate.js');

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(await postgresUrlForTests());
});
afterAll(() => database?.drop());

async function migrate(url: string) {
  const process = spawnNode(MIGRATE, [], { DATABASE_URL: url, REDIS_URL: 'redis://127.0.0.1:1' });
  return { code: await process.exited, output: process.output() };
}

async function migrations(): Promise<number> {
  const client = new PostgresClient({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM migrations');
    return rows[0]!.count;
  } finally {
    await client.end();
  }
}

test('brings an empty database up to date, once, however many do so at the same time', async () => {
  const both = await Promise.all([migrate(database.url), migrate(database.url)]);
  for (const { code, output } of both) {
    expect(output).toContain('up to date');
    expect(code).toBe(0);
  }
  const count = await migrations();
  expect(count).toBeGreaterThan(5);
  expect((await migrate(database.url)).code).toBe(0);
  expect(await migrations()).toBe(count);
});

test('says why it cannot', async () => {
  const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none', START_TIMEOUT: '1s' };
  const process = spawnNode(MIGRATE, [], env);
  expect(await process.exited).toBe(1);
  expect(process.output()).toContain('Cannot start: Postgres');
});
