import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database } from '../database.js';
import { openEmbedded } from './open-embedded.js';
import { EmbeddedUpkeep } from './upkeep.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-upkeep-'));
let database: Database;
let upkeep: EmbeddedUpkeep;

beforeAll(async () => {
  database = await openEmbedded(folder);
  upkeep = new EmbeddedUpkeep(database.pool, 20_000_000);
  await database.pool.query('CREATE TABLE "A table" (n int PRIMARY KEY, pad text)');
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The database counts what changed once a second, unless it is asked to. */
async function change(text: string): Promise<void> {
  await database.pool.query(text);
  await database.pool.query('SELECT pg_stat_force_next_flush()');
}

const statements = async () => (await upkeep.run()).map(({ statement }) => statement);
const segments = () =>
  readdirSync(join(folder, 'postgres/pg_wal')).filter((name) => name.length === 24).length;

describe('the upkeep of an embedded database', () => {
  test('takes away dead rows and renews statistics where many have changed', async () => {
    await change(`INSERT INTO "A table" SELECT n, 'x' FROM generate_series(1, 3000) n`);
    await change(`UPDATE "A table" SET pad = 'y'`);
    expect(await statements()).toEqual(['VACUUM (ANALYZE) public."A table"']);
    const { rows } = await database.pool.query(
      `SELECT n_dead_tup::int AS dead, reltuples::int AS known
       FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid WHERE pg_class.relname = 'A table'`,
    );
    expect(rows).toEqual([{ dead: 0, known: 3_000 }]);
    expect(await statements()).toEqual([]);
  });

  test('writes a checkpoint when there is much log, whose files are used again', async () => {
    const writeMuch = (from: number) =>
      change(`INSERT INTO "A table" SELECT n, repeat(md5(n::text), 30)
              FROM generate_series(${from}, ${from + 30_000}) n`);
    await writeMuch(100_000);
    const before = segments();
    expect(await statements()).toContain('CHECKPOINT');
    expect(await statements()).not.toContain('CHECKPOINT');
    await writeMuch(300_000);
    expect(segments()).toBeLessThanOrEqual(before + 1);
  });
});
