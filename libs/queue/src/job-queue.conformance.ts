import { afterEach, expect, test } from 'vitest';
import { newId } from '#contracts';
import { eventually } from '#testing';
import { type JobQueue, type TakenJob } from './job-queue.js';

/** Locks that run out fast enough to be waited for. */
export const SHORT_LOCKS = { lockDuration: 500, stalledInterval: 100 };

/** The behaviour every JobQueue owes its callers. Each adapter's test file calls this once. */
export function conformsToJobQueue(open: () => Promise<JobQueue>): void {
  const opened: JobQueue[] = [];
  const openQueue = async () => {
    const queue = await open();
    opened.push(queue);
    return queue;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  test('gives jobs of one band in the order in which they came', async () => {
    const queue = await openQueue();
    const ids = [newId('msg'), newId('msg'), newId('msg')];
    for (const messageId of ids) await queue.add([{ messageId, priority: 'normal' }]);
    const taken = [await queue.take('normal'), await queue.take('normal'), await queue.take('normal')];
    expect(taken.map((job) => job?.messageId)).toEqual(ids);
    expect(await queue.take('normal')).toBeUndefined();
  });

  test('keeps the bands apart and counts what is ready', async () => {
    const queue = await openQueue();
    const [high, low] = [newId('msg'), newId('msg')];
    await queue.add([
      { messageId: low, priority: 'low' },
      { messageId: high, priority: 'high' },
    ]);
    expect((await queue.ready()).counts).toEqual({ realtime: 0, high: 1, normal: 0, low: 1 });
    expect(await queue.take('normal')).toBeUndefined();
    expect((await queue.take('low'))?.messageId).toBe(low);
    expect(await queue.waiting()).toEqual({ realtime: 0, high: 1, normal: 0, low: 0 });
  });

  test('adding a message twice runs it once, also while it runs', async () => {
    const queue = await openQueue();
    const job = { messageId: newId('msg'), priority: 'normal' } as const;
    await queue.add([job, job]);
    await queue.add([job]);
    expect((await queue.take('normal'))?.messageId).toBe(job.messageId);
    await queue.add([job]);
    expect(await queue.take('normal')).toBeUndefined();
  });

  test('a completed job is gone', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.add([{ messageId, priority: 'normal' }]);
    await queue.complete((await queue.take('normal'))!);
    expect(await queue.take('normal')).toBeUndefined();
    await queue.add([{ messageId, priority: 'normal' }]);
    expect((await queue.take('normal'))?.messageId).toBe(messageId);
  });

  test('a delayed job is invisible until it is due, and says when that is', async () => {
    const queue = await openQueue();
    await queue.add([{ messageId: newId('msg'), priority: 'normal' }]);
    await queue.delay((await queue.take('normal'))!, 400);
    const { counts, nextDueMs } = await queue.ready();
    expect(counts.normal).toBe(0);
    expect(nextDueMs).toBeGreaterThan(0);
    expect(nextDueMs).toBeLessThanOrEqual(400);
    expect(await queue.take('normal')).toBeUndefined();
    await eventually(async () => expect((await queue.ready()).counts.normal).toBe(1));
    expect(await queue.take('normal')).toBeDefined();
  });

  test('a job that is put back can be taken again, before it or after it what waits', async () => {
    const queue = await openQueue();
    const ids = [newId('msg'), newId('msg')];
    for (const messageId of ids) await queue.add([{ messageId, priority: 'normal' }]);
    await queue.putBack((await queue.take('normal'))!);
    const taken = [await queue.take('normal'), await queue.take('normal')];
    expect(new Set(taken.map((job) => job?.messageId))).toEqual(new Set(ids));
  });

  test('a waiting job can be removed, a running one cannot', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.add([{ messageId, priority: 'low' }]);
    await queue.remove(messageId, 'low');
    await queue.remove(messageId, 'low');
    expect(await queue.take('low')).toBeUndefined();
    await queue.add([{ messageId, priority: 'low' }]);
    const running = (await queue.take('low'))!;
    await queue.remove(messageId, 'low');
    expect(await queue.extend([running])).toEqual([]);
    await queue.complete(running);
  });

  test('gives the job of a silent worker to another, and tells the silent one that it was lost', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.startRecovery();
    await queue.add([{ messageId, priority: 'normal' }]);
    const silent = (await queue.take('normal'))!;
    const next = await eventually(async () => {
      const job = await queue.take('normal');
      if (!job) throw new Error('not yet');
      return job;
    });
    expect(next.messageId).toBe(messageId);
    expect(await queue.extend([silent])).toEqual([silent]);
    expect(await queue.extend([next])).toEqual([]);
  });

  test('a job whose lock is renewed stays with its worker', async () => {
    const queue = await openQueue();
    await queue.startRecovery();
    await queue.add([{ messageId: newId('msg'), priority: 'normal' }]);
    const job = (await queue.take('normal')) as TakenJob;
    const endsAt = Date.now() + 3 * SHORT_LOCKS.lockDuration;
    await eventually(async () => {
      expect(await queue.extend([job])).toEqual([]);
      expect(await queue.take('normal')).toBeUndefined();
      expect(Date.now()).toBeGreaterThan(endsAt);
    });
  });

  test('rings when a job comes', async () => {
    const queue = await openQueue();
    const rung = Promise.withResolvers<void>();
    const end = queue.onBell(rung.resolve);
    await eventually(() => {
      queue.ring();
      return Promise.race([rung.promise, Promise.reject(new Error('silent'))]);
    });
    end();
  });

  test('keeps its generation while it keeps its jobs', async () => {
    const queue = await openQueue();
    const generation = await queue.generation();
    expect(generation).not.toBe('');
    expect(await queue.generation()).toBe(generation);
  });
}
