import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { type Database, openDatabase, openEmbedded } from '#database';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { conformsToAllocations } from './allocations.conformance.js';
import { conformsToResources } from './resources.conformance.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

function embedded(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-resources-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return openEmbedded(folder);
}

async function postgres(): Promise<Database> {
  const empty = await createTestDatabase(await postgresUrlForTests());
  cleanUps.push(() => empty.drop());
  const env = { DATABASE_URL: empty.url, DATABASE_POOL: '16', REDIS_URL: 'redis://127.0.0.1:1' };
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

describe('resources on the embedded database', () => conformsToResources(embedded));
describe('resources on Postgres', () => conformsToResources(postgres));
describe('allocations on the embedded database', () => conformsToAllocations(embedded));
describe('allocations on Postgres', () => conformsToAllocations(postgres));
