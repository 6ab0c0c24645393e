import { afterAll, describe, expect, test } from 'vitest';
import { Queue } from 'bullmq';
import { RedisSlots } from '#limits';
import { RedisConnections } from '#redis';
import { redisUrlForTests } from '#testing';
import { addInBulk } from '../bull-jobs.js';
import { BullJobQueue } from '../bull-job-queue.js';
import { conformsToJobQueue, SHORT_LOCKS } from '../job-queue.conformance.js';
import { type TagRange } from '../fair/range.js';
import { jobOf } from '../jobs.conformance.js';
import { bandKeys } from './band-keys.js';
import { RedisBullBackend } from './redis-bull-backend.js';
import { RedisDoorbell } from './redis-doorbell.js';

const LEASE_MS = 30_000;

const open: RedisConnections[] = [];

async function openQueue(lanes: readonly string[] = ['sim'], range?: TagRange) {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  // As if Redis had known slots for long.
  await connections.prompt.set(`${connections.prefix}:slots`, 1);
  const processId = crypto.randomUUID();
  const slots = new RedisSlots(connections, LEASE_MS, processId);
  const queue = new BullJobQueue(
    lanes,
    new RedisBullBackend(connections, slots, processId, LEASE_MS, () => undefined, range),
    new RedisDoorbell(connections),
    SHORT_LOCKS,
    () => undefined,
  );
  return { queue, connections };
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('BullJobQueue on Redis', () => {
  conformsToJobQueue(async (lanes, range) => (await openQueue(lanes, range)).queue);

  test('adds jobs that are due as BullMQ itself would add them', async () => {
    const { queue, connections } = await openQueue(['ours', 'theirs']);
    const stored = async ({ marker, prioritized, pc, job }: ReturnType<typeof bandKeys>) => ({
      marker: await connections.prompt.zrange(marker, '0', '-1', 'WITHSCORES'),
      prioritized: await connections.prompt.zrange(prioritized, '0', '-1', 'WITHSCORES'),
      counted: await connections.prompt.get(pc),
      jobs: await Promise.all(
        ['m1', 'm2-3'].map(async (id) => {
          const { opts, ...fields } = await connections.prompt.hgetall(job + id);
          return { ...fields, opts: JSON.parse(opts!) as Record<string, unknown> };
        }),
      ),
    });
    const jobs = [
      jobOf('m1', { lane: 'ours', sinceMs: 1_700_000_000_000 }),
      jobOf('m2', { lane: 'ours', sinceMs: 1_700_000_000_001.4, attempt: 3, cost: 10_000 }),
      jobOf('m1', { lane: 'ours' }),
    ];
    await queue.add(jobs);
    const band = { lane: 'theirs', priority: 'normal' } as const;
    const theirs = new Queue('theirs-normal', {
      connection: connections.prompt,
      prefix: connections.prefix,
      skipWaitingForReady: true,
    });
    await addInBulk(theirs, jobs.slice(0, 2), [1, 4]);
    const [ours, expected] = [
      await stored(bandKeys(connections.prefix, { ...band, lane: 'ours' })),
      await stored(bandKeys(connections.prefix, band)),
    ];
    // What BullMQ repeats in the options it does not read from there.
    for (const { opts } of expected.jobs) {
      delete opts['jobId'];
      delete opts['timestamp'];
    }
    expect(ours).toEqual(expected);
    await theirs.close();
    await queue.close();
  });

  test('has a new generation when Redis lost its data', async () => {
    const { queue, connections } = await openQueue();
    const before = await queue.generation();
    await connections.prompt.del(`${connections.prefix}:generation`);
    expect(await queue.generation()).not.toBe(before);
    await queue.close();
  });
});
