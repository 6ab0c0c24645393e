import { afterEach, expect, test } from 'vitest';
import { newId, type Priority } from '#contracts';
import { eventually } from '#testing';
import { type TagRange } from './fair/range.js';
import { sharesFairly } from './fair-bands.conformance.js';
import { type JobQueue, type LookAsk, type TakenJob } from './job-queue.js';
import { askFor, band, jobOf, named, ORIGIN, ready } from './jobs.conformance.js';

/** Locks that run out fast enough to be waited for. */
export const SHORT_LOCKS = { lockDuration: 500, stalledInterval: 100 };

/** The behaviour every JobQueue owes its callers. Each adapter's test file calls this once. */
export function conformsToJobQueue(
  open: (lanes: readonly string[], range?: TagRange) => Promise<JobQueue>,
): void {
  const opened: JobQueue[] = [];
  const openQueue = async (range?: TagRange) => {
    const queue = await open(['sim', 'other'], range);
    opened.push(queue);
    return queue;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  sharesFairly(openQueue);

  test('gives jobs of one band in the order in which they came', async () => {
    const queue = await openQueue();
    const ids = [newId('msg'), newId('msg'), newId('msg')];
    for (const messageId of ids) await queue.add([jobOf(messageId)]);
    const taken = [
      await queue.take(band('normal')),
      await queue.take(band('normal')),
      await queue.take(band('normal')),
    ];
    expect(taken.map((job) => job?.messageId)).toEqual(ids);
    expect(await queue.take(band('normal'))).toBeUndefined();
  });

  test('keeps the bands apart and counts what is ready', async () => {
    const queue = await openQueue();
    const [high, low] = [newId('msg'), newId('msg')];
    await queue.add([
      jobOf(low, { priority: 'low' }),
      jobOf(high, { priority: 'high' }),
      jobOf(newId('msg'), { lane: 'other' }),
    ]);
    expect(await ready(queue)).toEqual({ realtime: 0, high: 1, normal: 0, low: 1 });
    expect(await ready(queue, 'other')).toEqual({ realtime: 0, high: 0, normal: 1, low: 0 });
    expect(await queue.take(band('normal'))).toBeUndefined();
    expect((await queue.take(band('low')))?.messageId).toBe(low);
    expect(await queue.waiting()).toEqual({
      sim: { realtime: 0, high: 1, normal: 0, low: 0 },
      other: { realtime: 0, high: 0, normal: 1, low: 0 },
    });
  });

  test('adding a message twice runs it once, also while it runs', async () => {
    const queue = await openQueue();
    const job = jobOf(newId('msg'));
    await queue.add([job, job]);
    await queue.add([job]);
    expect((await queue.take(band('normal')))?.messageId).toBe(job.messageId);
    await queue.add([job]);
    expect(await queue.take(band('normal'))).toBeUndefined();
  });

  test('a completed job is gone', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.add([jobOf(messageId)]);
    await queue.complete((await queue.take(band('normal')))!);
    expect(await queue.take(band('normal'))).toBeUndefined();
    await queue.add([jobOf(messageId)]);
    expect((await queue.take(band('normal')))?.messageId).toBe(messageId);
  });

  test('a delayed job is invisible until it is due, and says when that is', async () => {
    const queue = await openQueue();
    await queue.add([jobOf(newId('msg'))]);
    await queue.delay((await queue.take(band('normal')))!, 400);
    expect(await ready(queue)).toMatchObject({ normal: 0 });
    const { nextDueMs } = await queue.look(askFor(0));
    expect(nextDueMs).toBeGreaterThan(0);
    expect(nextDueMs).toBeLessThanOrEqual(400);
    expect(await queue.take(band('normal'))).toBeUndefined();
    await eventually(async () => expect(await ready(queue)).toMatchObject({ normal: 1 }));
    expect(await queue.take(band('normal'))).toBeDefined();
  });

  test('a delayed job can be hastened, once, and a job that waits or is gone cannot', async () => {
    const queue = await openQueue();
    let rings = 0;
    queue.onBell(() => (rings += 1));
    await eventually(() => {
      queue.ring();
      // Only then is it known that it is listened to.
      expect(rings).toBeGreaterThan(0);
    });
    const messageId = newId('msg');
    await queue.add([jobOf(messageId)]);
    const job = (await queue.take(band('normal')))!;
    expect(await queue.hasten(job.ref)).toBe(false);
    await queue.delay(job, 60_000);
    await queue.add([jobOf(newId('msg'))]);
    const before = rings;
    expect(await queue.hasten(job.ref)).toBe(true);
    await eventually(() => expect(rings).toBeGreaterThan(before));
    expect(await queue.hasten(job.ref)).toBe(false);
    const again = (await queue.take(band('normal')))!;
    expect(again.messageId).toBe(messageId);
    await queue.complete(again);
    expect(await queue.hasten(job.ref)).toBe(false);
    expect(await queue.hasten('gone|normal|nothing')).toBe(false);
  });

  test('a job says whose it is, since when it waits, and of which kind', async () => {
    const queue = await openQueue();
    const sinceMs = Date.now() - 5_000;
    const plain = { ...ORIGIN, taskType: null };
    await queue.add([jobOf(newId('msg'), { sinceMs }), jobOf(newId('msg'), { sinceMs, origin: plain })]);
    expect(await queue.take(band('normal'))).toMatchObject({ origin: ORIGIN, sinceMs });
    expect(await queue.take(band('normal'))).toMatchObject({ origin: plain });
  });

  test('a limit over all lanes holds, and leaves its slots to realtime on whichever lane', async () => {
    const queue = await openQueue();
    await queue.add([1, 2, 3].map(() => jobOf(newId('msg'))));
    await queue.add([1, 2].map(() => jobOf(newId('msg'), { lane: 'other', priority: 'realtime' })));
    const granted = async () => {
      const { lanes } = await queue.look({ ...askFor(16), limit: 3 });
      return lanes.map(({ granted: { realtime, others } }) => [realtime.length, others.length]);
    };
    expect(await granted()).toEqual([
      [0, 1],
      [2, 0],
    ]);
    expect(await granted()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test('a job that is put back can be taken again, before it or after it what waits', async () => {
    const queue = await openQueue();
    const ids = [newId('msg'), newId('msg')];
    for (const messageId of ids) await queue.add([jobOf(messageId)]);
    await queue.putBack((await queue.take(band('normal')))!);
    const taken = [await queue.take(band('normal')), await queue.take(band('normal'))];
    expect(new Set(taken.map((job) => job?.messageId))).toEqual(new Set(ids));
  });

  test('a waiting job can be removed, a running one cannot', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.add([jobOf(messageId, { priority: 'low' })]);
    await queue.remove(messageId, band('low'));
    await queue.remove(messageId, band('low'));
    expect(await queue.take(band('low'))).toBeUndefined();
    await queue.add([jobOf(messageId, { priority: 'low' })]);
    const running = (await queue.take(band('low')))!;
    await queue.remove(messageId, band('low'));
    expect(await queue.extend([running])).toEqual([]);
    await queue.complete(running);
  });

  test('the jobs that a message got after a claim are removed with it', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.add([jobOf(messageId), jobOf(messageId, { attempt: 1 }), jobOf(messageId, { attempt: 2 })]);
    await queue.remove(messageId, band('normal'), 2);
    expect(await queue.take(band('normal'))).toBeUndefined();
  });

  test('a message that was claimed before gets another job beside the one that a dead worker holds', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.add([jobOf(messageId)]);
    const held = (await queue.take(band('normal')))!;
    await queue.add([jobOf(messageId, { attempt: 1 }), jobOf(messageId, { attempt: 1 })]);
    const again = (await queue.take(band('normal')))!;
    expect(again.messageId).toBe(messageId);
    expect(await queue.take(band('normal'))).toBeUndefined();
    expect(await queue.extend([held, again])).toEqual([]);
    await queue.complete(again);
    await queue.complete(held);
  });

  test('wins slots for what is ready in open bands, realtime first, within the limits', async () => {
    const queue = await openQueue();
    const add = (priority: Priority, lane?: string) =>
      queue.add([jobOf(newId('msg'), { ...band(priority, lane) })]);
    for (const priority of ['low', 'low', 'low', 'realtime', 'high'] as const) await add(priority);
    await add('normal', 'other');
    const granted = async (ask: LookAsk) =>
      (await queue.look(ask)).lanes.map((lane) => [lane.granted.realtime.length, lane.granted.others.length]);
    expect(await granted(askFor(0))).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const [sim, other] = askFor(9, 3).lanes;
    const paused = {
      room: 9,
      limit: 0,
      lanes: [
        { ...sim!, open: ['normal'] as const },
        { ...other!, open: [] },
      ],
    };
    expect(await granted(paused)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await granted({ room: 9, limit: 0, lanes: [{ ...sim!, most: 2 }, other!] })).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(await granted(askFor(9, 3))).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('says how long the job that comes next has waited', async () => {
    const queue = await openQueue();
    await queue.add([jobOf(newId('msg'), { sinceMs: Date.now() - 60_000, cost: 1 })]);
    await queue.add([jobOf(newId('msg'), { flow: 'bob' })]);
    const { normal, low } = (await queue.look(askFor(0))).lanes[0]!.bands;
    expect(normal.headWaitMs).toBeGreaterThanOrEqual(60_000);
    expect(normal.headWaitMs).toBeLessThan(70_000);
    expect(low.headWaitMs).toBeUndefined();
  });

  test('gives the job of a silent worker to another, and tells the silent one that it was lost', async () => {
    const queue = await openQueue();
    const messageId = newId('msg');
    await queue.startRecovery();
    await queue.add([jobOf(messageId)]);
    const silent = (await queue.take(band('normal')))!;
    const next = await eventually(async () => {
      const job = await queue.take(band('normal'));
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
    await queue.add([jobOf(newId('msg'))]);
    const job = (await queue.take(band('normal'))) as TakenJob;
    const endsAt = Date.now() + 3 * SHORT_LOCKS.lockDuration;
    await eventually(async () => {
      expect(await queue.extend([job])).toEqual([]);
      expect(await queue.take(band('normal'))).toBeUndefined();
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

  test('says where a waiting job stands, in the order in which jobs are taken', async () => {
    const queue = await openQueue();
    const [first, second, third] = [named('1'), named('2'), named('3')];
    await queue.add([jobOf(first), jobOf(second), jobOf(third, { attempt: 2 })]);
    const places = () => Promise.all([first, second].map((id) => queue.placeOf(band('normal'), id, 0)));
    expect((await places()).map((place) => place?.ahead)).toEqual([0, 1]);
    expect((await queue.placeOf(band('normal'), third, 3))?.ahead).toBe(2);
    expect(await queue.placeOf(band('low'), first, 0)).toBeUndefined();
    const taken = await queue.take(band('normal'));
    expect((await places()).map((place) => place?.ahead)).toEqual([undefined, 0]);
    await queue.delay(taken!, 60_000);
    expect((await places()).map((place) => place?.ahead)).toEqual([undefined, 0]);
  });

  test('a job that was put back stands somewhere too', async () => {
    const queue = await openQueue();
    const ids = [named('1'), named('2')];
    for (const id of ids) await queue.add([jobOf(id)]);
    await queue.putBack((await queue.take(band('normal')))!);
    const places = await Promise.all(ids.map((id) => queue.placeOf(band('normal'), id, 0)));
    expect(new Set(places.map((place) => place?.ahead))).toEqual(new Set([0, 1]));
    const next = await queue.take(band('normal'));
    expect(places[ids.indexOf(next!.messageId)]?.ahead).toBe(0);
  });

  test('says how long the next job of each band has waited', async () => {
    const queue = await openQueue();
    expect(await queue.headWaits()).toEqual({ sim: {}, other: {} });
    const sinceMs = Date.now() - 60_000;
    await queue.add([
      jobOf(named('1'), { sinceMs }),
      jobOf(named('2')),
      jobOf(named('3'), { ...band('low') }),
    ]);
    const { sim, other } = await queue.headWaits();
    expect(sim!.normal).toBeGreaterThanOrEqual(60_000);
    expect(sim!.normal).toBeLessThan(90_000);
    expect(sim!.low).toBeLessThan(30_000);
    expect([sim!.realtime, other]).toEqual([undefined, {}]);
  });

  test('keeps its generation while it keeps its jobs', async () => {
    const queue = await openQueue();
    const generation = await queue.generation();
    expect(generation).not.toBe('');
    expect(await queue.generation()).toBe(generation);
  });
}
