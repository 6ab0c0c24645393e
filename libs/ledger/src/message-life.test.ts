import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { type Database, openDatabase, openEmbedded } from '#database';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { conformsToMessageLife } from './message-life.conformance.js';
import { conformsToUpkeep } from './upkeep.conformance.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

function embedded(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-life-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return openEmbedded(folder);
}

async function postgres(): Promise<Database> {
  const database = await createTestDatabase(await postgresUrlForTests());
  cleanUps.push(() => database.drop());
  const env = { DATABASE_URL: database.url, REDIS_URL: 'redis://127.0.0.1:1' };
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

describe('the life of a message on the embedded database', () => conformsToMessageLife(embedded));
describe('the life of a message on Postgres', () => conformsToMessageLife(postgres));
describe('upkeep on the embedded database', () => conformsToUpkeep(embedded));
describe('upkeep on Postgres', () => conformsToUpkeep(postgres));
