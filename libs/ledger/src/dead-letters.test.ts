import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { type Database, openDatabase, openEmbedded } from '#database';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { conformsToDeadLetters } from './dead-letters.conformance.js';
import { conformsToFailurePolicies } from './failure-policies.conformance.js';
import { conformsToRedrives } from './redrives.conformance.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

function embedded(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-dead-letters-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return openEmbedded(folder);
}

async function postgres(): Promise<Database> {
  const database = await createTestDatabase(await postgresUrlForTests());
  cleanUps.push(() => database.drop());
  const env = { DATABASE_URL: database.url, REDIS_URL: 'redis://127.0.0.1:1' };
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

describe.each([
  ['the embedded database', embedded],
  ['Postgres', postgres],
])('on %s', (_, open) => {
  describe('dead letters', () => conformsToDeadLetters(open));
  describe('failure policies', () => conformsToFailurePolicies(open));
  describe('redrives', () => conformsToRedrives(open));
});
