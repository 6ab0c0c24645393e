import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Disk, REAL_DISK } from './disk.js';
import { openEmbedded } from './open-embedded.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a checkpoint finds the log on the disk before it writes a table, while a commit waits for it', async () => {
  const synced: string[] = [];
  let hold: Promise<void> | undefined;
  const paths = new Map<number, string>();
  const disk: Disk = {
    ...REAL_DISK,
    open: (path) => {
      const fd = REAL_DISK.open(path);
      paths.set(fd, path);
      return fd;
    },
    sync: async (fd) => {
      await hold;
      await REAL_DISK.sync(fd);
    },
    syncNow: (fd) => {
      synced.push(paths.get(fd)!);
      REAL_DISK.syncNow(fd);
    },
    syncPathNow: (path) => {
      synced.push(path);
      REAL_DISK.syncPathNow(path);
    },
  };
  const { pool, ...database } = await openEmbedded(folder, disk).then((opened) => ({
    pool: opened.pool,
    close: () => opened.close(),
  }));
  await pool.query('CREATE TABLE t (n int)');
  const slow = Promise.withResolvers<void>();
  hold = slow.promise;
  synced.length = 0;
  const told: string[] = [];
  const insert = pool.query('INSERT INTO t VALUES (1)').then(() => told.push('insert'));
  const checkpoint = pool.query('CHECKPOINT').then(() => told.push('checkpoint'));
  await expect.poll(() => synced.some((path) => path.includes('base'))).toBe(true);
  const log = synced.findIndex((path) => path.includes('pg_wal'));
  const table = synced.findIndex((path) => path.includes('base'));
  expect(log).toBeGreaterThanOrEqual(0);
  expect(log).toBeLessThan(table);
  slow.resolve();
  await Promise.all([insert, checkpoint]);
  expect(told).toHaveLength(2);
  await database.close();
});
