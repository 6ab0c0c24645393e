import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { RedisSlots } from './redis-slots.js';
import { conformsToSlots, LEASE_MS } from './slots.conformance.js';

const open: RedisConnections[] = [];

async function openSlots() {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  return new RedisSlots(connections, LEASE_MS);
}

/** Lets the clock of Redis pass: leases are measured by it. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt));
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('RedisSlots', () => conformsToSlots(openSlots, pass));

test('puts its slots back when Redis has come back empty, before anybody takes more', async () => {
  const server = await startPrivateRedis();
  const connect = async () => {
    const connections = new RedisConnections(server.url, 'p', () => undefined);
    open.push(connections);
    await connections.waitUntilReady(10_000);
    return new RedisSlots(connections, 30_000);
  };
  const [mine, others] = [await connect(), await connect()];
  const tokens = Array.from({ length: 5 }, () => crypto.randomUUID());
  expect(await mine.acquire('up', 5, tokens)).toEqual(tokens);
  await new RedisConnections(server.url, 'p', () => undefined).patient.flushall();
  server.kill();
  const waiting = others.acquire('up', 5, ['x']);
  await server.restart();
  expect(await waiting).toEqual([]);
  for (let i = 0; i < 20; i += 1) expect(await others.acquire('up', 5, [`y${i}`])).toEqual([]);
  await pass(1_600);
  expect(await others.acquire('up', 5, ['z'])).toEqual([]);
  await mine.release('up', tokens);
  expect(await others.acquire('up', 5, ['z'])).toEqual(['z']);
  await server.stop();
});
