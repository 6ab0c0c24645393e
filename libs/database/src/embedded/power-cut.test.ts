import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database } from '../database.js';
import { type Disk, REAL_DISK } from './disk.js';
import { openEmbedded } from './open-embedded.js';

const place = mkdtempSync(join(tmpdir(), 'llmq-power-'));

/**
 * A disk that has what was synced and nothing else, in a folder of its own; and, as operating systems like to write
 * back what they hold when they please, now and then a file of data that nobody asked for. Never the log.
 */
class ForgetfulDisk implements Disk {
  readonly #paths = new Map<number, string>();
  #syncs = 0;

  constructor(
    private readonly live: string,
    readonly kept: string,
  ) {}

  open(path: string): number {
    const fd = REAL_DISK.open(path);
    this.#paths.set(fd, path);
    return fd;
  }

  close(fd: number): void {
    this.#paths.delete(fd);
    REAL_DISK.close(fd);
  }

  async sync(fd: number): Promise<void> {
    this.syncNow(fd);
    await new Promise(setImmediate);
  }

  syncNow(fd: number): void {
    this.syncPathNow(this.#paths.get(fd)!);
  }

  syncPathNow(path: string): void {
    this.#keep(path);
    this.#syncs += 1;
    if (this.#syncs % 7 === 0) this.#writeBackSomething();
  }

  #keep(path: string): void {
    const copy = join(this.kept, path.slice(this.live.length));
    if (statSync(path).isDirectory()) return this.#keepNames(path, copy);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
  }

  #keepNames(folder: string, copy: string): void {
    mkdirSync(copy, { recursive: true });
    for (const name of readdirSync(copy))
      if (!existsSync(join(folder, name))) rmSync(join(copy, name), { recursive: true });
  }

  #writeBackSomething(): void {
    const base = join(this.live, 'postgres/base/5');
    if (!existsSync(base)) return;
    // The newest are those of the test's own table.
    const tables = readdirSync(base).filter((name) => /^\d{5,}/.test(name));
    const name = tables[this.#syncs % tables.length];
    if (name) this.#keep(join(base, name));
  }
}

/** What somebody had been told when the power went, and what the disk had then. */
interface Cut {
  readonly told: ReadonlyMap<number, number>;
  readonly disk: string;
}

const cuts: Cut[] = [];
const told = new Map<number, number>();
let database: Database;
let disk: ForgetfulDisk;

const ROUNDS = 2;
const ROWS = 50;

const pad = 'x'.repeat(700);

/** A row that is begun and then changed, so that the log, the table and its index all move. */
async function write(n: number): Promise<void> {
  await database.pool.query({ name: '', text: 'INSERT INTO t VALUES ($1, 1, $2)', values: [n, pad] });
  told.set(n, 1);
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query({ name: '', text: 'UPDATE t SET version = 2 WHERE n = $1', values: [n] });
  await client.query('COMMIT');
  client.release();
  told.set(n, 2);
}

function cutPower(): void {
  const copy = join(place, `cut-${cuts.length}`);
  cpSync(disk.kept, copy, { recursive: true });
  cuts.push({ told: new Map(told), disk: copy });
}

beforeAll(async () => {
  const live = join(place, 'live');
  disk = new ForgetfulDisk(live, join(place, 'kept'));
  database = await openEmbedded(live, disk);
  await database.pool.query('CREATE TABLE t (n int PRIMARY KEY, version int, pad text)');
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = Array.from({ length: ROWS }, (_, i) => round * ROWS + i);
    const half = Promise.withResolvers<void>();
    const writing = rows.map((n, i) => write(n).then(() => (i === ROWS / 2 ? half.resolve() : undefined)));
    await half.promise;
    cutPower();
    await Promise.all(writing);
    await database.pool.query(round === 0 ? 'CHECKPOINT' : 'VACUUM t');
  }
  cutPower();
});

afterAll(async () => {
  await database.close();
  rmSync(place, { recursive: true, force: true });
});

describe('after a power cut', () => {
  test('everything that somebody was told is there, and table and index agree', async () => {
    for (const cut of cuts) {
      const after = await openEmbedded(cut.disk);
      const { rows } = await after.pool.query('SELECT n, version FROM t');
      await after.pool.query('SET enable_seqscan = off');
      const byIndex = await after.pool.query('SELECT n FROM t WHERE n >= 0 ORDER BY n');
      await after.close();
      const there = new Map(rows.map(({ n, version }) => [n as number, version as number]));
      const lost = [...cut.told].filter(([n, version]) => (there.get(n) ?? 0) < version);
      expect(lost).toEqual([]);
      expect(byIndex.rows.map(({ n }) => n)).toEqual([...there.keys()].toSorted((a, b) => a - b));
    }
    expect(cuts.at(-1)!.told.size).toBe(ROUNDS * ROWS);
  });
});
