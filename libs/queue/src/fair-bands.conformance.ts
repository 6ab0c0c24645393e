import { expect, test } from 'vitest';
import { newId } from '#contracts';
import { eventually } from '#testing';
import { type TagRange } from './fair/range.js';
import { type JobQueue } from './job-queue.js';
import { askFor, band, jobOf, named, ready, takeAll } from './jobs.conformance.js';

/** How the flows of a band share it. */
export function sharesFairly(openQueue: (range?: TagRange) => Promise<JobQueue>): void {
  test('inside a band a flow with many jobs does not crowd out one with few', async () => {
    const queue = await openQueue();
    await queue.add(Array.from({ length: 10 }, () => jobOf(named('w'), { flow: 'whale' })));
    await queue.add(Array.from({ length: 3 }, () => jobOf(named('m'), { flow: 'minnow' })));
    expect(await takeAll(queue)).toBe('wmwmwmwwwwwww');
  });

  test('shares by cost, not by number', async () => {
    const queue = await openQueue();
    const add = (flow: string, cost: number) =>
      queue.add(Array.from({ length: 6 }, () => jobOf(named(flow[0]!), { flow, cost })));
    await add('big', 300);
    await add('small', 100);
    expect((await takeAll(queue)).slice(0, 8)).toMatch(/^b(s*b){1,2}s*$/);
  });

  test('corrects a flow that has used more than it was charged', async () => {
    const queue = await openQueue();
    const add = (flow: string, count: number) =>
      queue.add(Array.from({ length: count }, () => jobOf(named(flow[0]!), { flow })));
    await add('talker', 1);
    await queue.complete((await queue.take(band('normal')))!);
    queue.settle(band('normal'), 'talker', 250);
    queue.settle(band('normal'), 'talker', 250);
    await add('other', 1);
    await eventually(async () => {
      await add('talker', 1);
      await add('other', 1);
      // The correction arrives in the background; from then on the talker's jobs come last.
      expect(await takeAll(queue)).toMatch(/o+t$/);
    });
  });

  test('a flow that was charged too much does not overtake its own jobs', async () => {
    const queue = await openQueue();
    const ids = Array.from({ length: 12 }, () => newId('msg'));
    await queue.add(ids.slice(0, 10).map((messageId) => jobOf(messageId, { cost: 300 })));
    for (let n = 0; n < 5; n += 1) queue.settle(band('normal'), 'alice', -290);
    // The correction arrives in the background.
    const settledAt = performance.now() + 300;
    await eventually(() => expect(performance.now()).toBeGreaterThan(settledAt));
    await queue.add(ids.slice(10).map((messageId) => jobOf(messageId, { cost: 300 })));
    const taken = [];
    for (let job = await queue.take(band('normal')); job; job = await queue.take(band('normal')))
      taken.push(job.messageId);
    expect(taken).toEqual(ids);
  });

  test('stays fair when the numbers of a band run out', async () => {
    const queue = await openQueue({ unit: 1, max: 400 });
    const add = (flow: string, count: number) =>
      queue.add(Array.from({ length: count }, () => jobOf(named(flow[0]!), { flow, cost: 30 })));
    await add('x', 3);
    for (let round = 0; round < 40; round += 1) {
      await add('x', 1);
      await queue.look(askFor(0));
      await queue.complete((await queue.take(band('normal')))!);
    }
    await eventually(async () => expect(await ready(queue)).toMatchObject({ normal: 3 }));
    await add('whale', 10);
    await add('minnow', 2);
    const order = await takeAll(queue);
    expect(order.replaceAll(/[^x]/g, '')).toBe('xxx');
    expect(order.replaceAll('x', '')).toMatch(/^(?=.{0,3}m.{0,3}m)/);
    expect(order).toHaveLength(15);
  });
}
