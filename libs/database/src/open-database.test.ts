import { expect, test } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { openDatabase } from './open-database.js';

function open(env: Record<string, string>) {
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

test('a second process without Redis on the same Postgres is refused, and welcome when the first has left', async () => {
  const empty = await createTestDatabase(await postgresUrlForTests());
  const DATABASE_URL = empty.url;
  const first = await open({ DATABASE_URL });
  await expect(open({ DATABASE_URL })).rejects.toThrow('Set REDIS_URL');
  await first.close();
  const second = await open({ DATABASE_URL });
  await second.close();
  await empty.drop();
});

test('a Postgres that does not answer is named when the patience is over', async () => {
  const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none', START_TIMEOUT: '1s' };
  await expect(open(env)).rejects.toThrow('Postgres did not answer within 1000 ms');
});
