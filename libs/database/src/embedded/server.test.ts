import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database } from '../database.js';
import { type Disk, REAL_DISK } from './disk.js';
import { openEmbedded } from './open-embedded.js';

/** A disk that takes nothing while it is full. */
class FillingDisk implements Disk {
  isFull = false;

  open(path: string): number {
    this.#refuse();
    return REAL_DISK.open(path);
  }

  close(fd: number): void {
    REAL_DISK.close(fd);
  }

  async sync(fd: number): Promise<void> {
    this.#refuse();
    await REAL_DISK.sync(fd);
  }

  syncNow(fd: number): void {
    this.#refuse();
    REAL_DISK.syncNow(fd);
  }

  syncPathNow(path: string): void {
    this.#refuse();
    REAL_DISK.syncPathNow(path);
  }

  #refuse(): void {
    if (this.isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'llmq-crash-'));
const disk = new FillingDisk();
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(folder, disk);
  await insert(1);
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (n: number) =>
  database
    .query({ name: '', text: 'CREATE TABLE IF NOT EXISTS t (n int)' })
    .then(() => database.query({ name: '', text: 'INSERT INTO t VALUES ($1)' }, [n]));
const numbers = async () =>
  (await database.query<{ n: number }>({ name: '', text: 'SELECT n FROM t ORDER BY n' })).map(({ n }) => n);
const unavailable = { code: 'database_unavailable' };

describe('an embedded database that crashed', () => {
  test('answers that it is not there, and is opened anew with everything that somebody was told', async () => {
    const told: Error[] = [];
    database.pool.on('error', (error) => told.push(error));
    disk.isFull = true;
    await expect(insert(2)).rejects.toMatchObject(unavailable);
    await expect(numbers()).rejects.toMatchObject(unavailable);
    expect(told[0]?.message).toContain('no space left on device');
    disk.isFull = false;
    await expect.poll(numbers, { timeout: 10_000 }).toContain(1);
    await insert(3);
    expect(await numbers()).toContain(3);
  });

  test('takes a transaction with it, which does not go on in the next one', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (4)');
    await client.query('SELECT pg_switch_wal()');
    disk.isFull = true;
    await expect(client.query('COMMIT')).rejects.toThrow('no space left');
    disk.isFull = false;
    await expect.poll(numbers, { timeout: 10_000 }).toContain(3);
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (5)');
    client.release();
    expect(await numbers()).not.toContain(5);
  });

  test('is left alone by whoever is in a transaction', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (6)');
    disk.isFull = true;
    await expect(client.query('CHECKPOINT')).rejects.toThrow();
    disk.isFull = false;
    await expect(client.query('INSERT INTO t VALUES (7)')).rejects.toThrow('opened anew');
    await expect(client.query('COMMIT')).rejects.toThrow('opened anew');
    client.release();
    await expect.poll(numbers, { timeout: 10_000 }).toContain(3);
    expect(await numbers()).not.toEqual(expect.arrayContaining([6]));
    expect(await numbers()).not.toEqual(expect.arrayContaining([7]));
  });
});
