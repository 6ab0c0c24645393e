import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { openDatabase, openEmbedded } from '#database';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { conformsToMinuteStats } from './minute-stats.conformance.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

describe('MinuteStats on the embedded database', () =>
  conformsToMinuteStats(() => {
    const folder = mkdtempSync(join(tmpdir(), 'llmq-stats-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    return openEmbedded(folder);
  }));

describe('MinuteStats on Postgres', () =>
  conformsToMinuteStats(async () => {
    const database = await createTestDatabase(await postgresUrlForTests());
    cleanUps.push(() => database.drop());
    const env = { DATABASE_URL: database.url, REDIS_URL: 'redis://127.0.0.1:1' };
    return openDatabase(new StorageSettings(loadConfig({ env }).storage));
  }));
