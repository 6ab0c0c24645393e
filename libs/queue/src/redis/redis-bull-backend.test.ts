import { afterAll, describe, expect, test } from 'vitest';
import { RedisSlots } from '#limits';
import { RedisConnections } from '#redis';
import { redisUrlForTests } from '#testing';
import { BullJobQueue } from '../bull-job-queue.js';
import { conformsToJobQueue, SHORT_LOCKS } from '../job-queue.conformance.js';
import { type TagRange } from '../fair/range.js';
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

  test('has a new generation when Redis lost its data', async () => {
    const { queue, connections } = await openQueue();
    const before = await queue.generation();
    await connections.prompt.del(`${connections.prefix}:generation`);
    expect(await queue.generation()).not.toBe(before);
    await queue.close();
  });
});
