import { beforeEach, describe, expect, test } from 'vitest';
import { type Disk } from './disk.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** Syncs end when the test says so. */
class SlowDisk implements Disk {
  readonly done: string[] = [];
  readonly #paths: string[] = [];
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  get busyWith(): number {
    return this.#waiting.length;
  }

  open(path: string): number {
    return this.#paths.push(path) - 1;
  }

  close(fd: number): void {
    this.done.push(`close ${this.#paths[fd]}`);
  }

  sync(fd: number): Promise<void> {
    const trip = Promise.withResolvers<void>();
    this.#waiting.push(trip);
    return trip.promise.then(() => void this.done.push(`sync ${this.#paths[fd]}`));
  }

  syncNow(fd: number): void {
    this.done.push(`at once ${this.#paths[fd]}`);
  }

  syncPathNow(): void {}

  end(error?: Error): void {
    const trip = this.#waiting.shift()!;
    if (error) trip.reject(error);
    else trip.resolve();
  }
}

let disk: SlowDisk;
let log: WriteAheadLog;
beforeEach(() => {
  disk = new SlowDisk();
  log = new WriteAheadLog(disk);
});

describe('WriteAheadLog', () => {
  test('commits that come while the disk is busy share the next trip', async () => {
    log.ask('1');
    const first = log.onDisk();
    const others = [1, 2, 3].map(() => {
      log.ask('1');
      return log.onDisk();
    });
    disk.end();
    await first;
    await expect.poll(() => disk.busyWith).toBe(1);
    disk.end();
    await Promise.all(others);
    expect(disk.done).toEqual(['sync 1', 'sync 1']);
    expect(log.isBehind).toBe(false);
  });

  test('who asked for nothing waits for nothing', async () => {
    await log.onDisk();
    expect(disk.done).toEqual([]);
  });

  test('a segment is on the disk before the next one is written, and closed when its sync has ended', async () => {
    log.ask('1');
    const first = log.onDisk();
    log.ask('2');
    expect(disk.done).toEqual(['at once 1']);
    disk.end();
    await first;
    await expect.poll(() => disk.done).toEqual(['at once 1', 'sync 1', 'close 1']);
    const second = log.onDisk();
    disk.end();
    await second;
    expect(disk.done.at(-1)).toBe('sync 2');
  });

  test('nothing is on the disk before that is which it rests on', async () => {
    const folder = Promise.withResolvers<void>();
    log.restOn(folder.promise);
    log.ask('1');
    const first = log.onDisk();
    expect(disk.busyWith).toBe(0);
    folder.resolve();
    await expect.poll(() => disk.busyWith).toBe(1);
    disk.end();
    await first;
  });

  test('from the first failure on nothing is said to be on the disk', async () => {
    log.ask('1');
    const first = log.onDisk();
    disk.end(new Error('EIO: i/o error'));
    await expect(first).rejects.toMatchObject({ name: 'LogNotOnDiskError', code: '58030' });
    await expect(log.onDisk()).rejects.toThrow('EIO');
    log.ask('1');
    await expect(log.onDisk()).rejects.toThrow('did not take the log');
  });
});
