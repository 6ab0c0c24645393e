import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, openEmbedded } from '#database';
import { BullJobQueue } from '../bull-job-queue.js';
import { LocalDoorbell } from '../doorbell.js';
import { conformsToJobQueue, SHORT_LOCKS } from '../job-queue.conformance.js';
import { PostgresBullBackend } from './postgres-bull-backend.js';

describe('BullJobQueue on the embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-queue-'));
  let database: Database;

  beforeAll(async () => {
    database = await openEmbedded(folder);
    await PostgresBullBackend.migrate(database);
  });

  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  conformsToJobQueue(async () => {
    await database.query({ name: 'empty', text: 'TRUNCATE bullmq.job CASCADE' });
    return new BullJobQueue(
      new PostgresBullBackend(database),
      new LocalDoorbell(),
      SHORT_LOCKS,
      () => undefined,
    );
  });
});
