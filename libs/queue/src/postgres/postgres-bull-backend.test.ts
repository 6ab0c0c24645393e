import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, openEmbedded } from '#database';
import { MemorySlots } from '#limits';
import { SystemClock } from '#runtime';
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

  conformsToJobQueue(async (lanes, range) => {
    await database.query({ name: 'empty', text: 'TRUNCATE bullmq.job CASCADE' });
    return new BullJobQueue(
      lanes,
      new PostgresBullBackend(database, new MemorySlots(30_000, new SystemClock(), 'p1'), range),
      new LocalDoorbell(),
      SHORT_LOCKS,
      () => undefined,
    );
  });
});
