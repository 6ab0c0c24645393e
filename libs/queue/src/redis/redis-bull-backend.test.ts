import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { redisUrlForTests } from '#testing';
import { BullJobQueue } from '../bull-job-queue.js';
import { conformsToJobQueue, SHORT_LOCKS } from '../job-queue.conformance.js';
import { RedisBullBackend } from './redis-bull-backend.js';
import { RedisDoorbell } from './redis-doorbell.js';

const open: RedisConnections[] = [];

async function openQueue() {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const queue = new BullJobQueue(
    new RedisBullBackend(connections),
    new RedisDoorbell(connections),
    SHORT_LOCKS,
    () => undefined,
  );
  return { queue, connections };
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('BullJobQueue on Redis', () => {
  conformsToJobQueue(async () => (await openQueue()).queue);

  test('has a new generation when Redis lost its data', async () => {
    const { queue, connections } = await openQueue();
    const before = await queue.generation();
    await connections.prompt.del(`${connections.prefix}:generation`);
    expect(await queue.generation()).not.toBe(before);
    await queue.close();
  });
});
