import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openEmbedded } from './open-embedded.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a database that was not finished when its process was killed is made anew', async () => {
  mkdirSync(join(folder, 'postgres/base'), { recursive: true });
  writeFileSync(join(folder, 'postgres/PG_VERSION'), 'half of');
  writeFileSync(join(folder, 'postgres.unfinished'), '');
  const database = await openEmbedded(folder);
  const { rows } = await database.pool.query(`SELECT current_setting('fsync') AS fsync`);
  await database.close();
  expect(rows).toEqual([{ fsync: 'on' }]);
  expect(readFileSync(join(folder, 'postgres/PG_VERSION'), 'utf8').trim()).toMatch(/^\d+$/);
  expect(existsSync(join(folder, 'postgres.unfinished'))).toBe(false);
});

test('a folder whose database cannot be opened can be taken by the next one', async () => {
  const broken = join(folder, 'broken');
  mkdirSync(join(broken, 'postgres'), { recursive: true });
  writeFileSync(join(broken, 'postgres/PG_VERSION'), '1');
  await expect(openEmbedded(broken)).rejects.toThrow();
  rmSync(join(broken, 'postgres'), { recursive: true });
  const database = await openEmbedded(broken);
  await database.close();
});
