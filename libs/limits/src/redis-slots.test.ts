import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { RedisSlots } from './redis-slots.js';
import { conformsToSlots, LEASE_MS } from './slots.conformance.js';

const open: RedisConnections[] = [];

async function openSlots(id: string) {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  await oldEra(connections);
  return new RedisSlots(connections, LEASE_MS, id);
}

/** As if Redis had known slots for long. */
async function oldEra({ prompt, prefix }: RedisConnections): Promise<void> {
  await prompt.set(`${prefix}:slots`, 1);
}

/** Lets the clock of Redis pass: leases are measured by it. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt));
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('RedisSlots', () => conformsToSlots(openSlots, pass));

test('puts its slots back when Redis was emptied without being away, before anybody takes more', async () => {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  await oldEra(connections);
  const [mine, others] = ['p1', 'p2'].map((id) => new RedisSlots(connections, 30_000, id));
  const take = async (slots: RedisSlots, count: number) =>
    (await slots.acquire('up', { limit: 5, reserved: 0, realtime: 0, others: count })).others;
  expect(await take(mine!, 3)).toHaveLength(3);
  expect(await take(others!, 1)).toHaveLength(1);
  await connections.prompt.del(await connections.prompt.keys(`${connections.prefix}:*`));
  expect(await take(others!, 5)).toEqual([]);
  expect(await take(mine!, 5)).toEqual([]);
  await eventually(async () => expect(await others!.held('up')).toBe(4));
  await eventually(async () => expect(await take(others!, 5)).toHaveLength(1));
});

test('puts its slots back when Redis has come back empty, before anybody takes more', async () => {
  const server = await startPrivateRedis();
  const connect = async (id: string) => {
    const connections = new RedisConnections(server.url, 'p', () => undefined);
    open.push(connections);
    await connections.waitUntilReady(10_000);
    await oldEra(connections);
    return new RedisSlots(connections, 30_000, id);
  };
  const [mine, others] = [await connect('p1'), await connect('p2')];
  const take = async (slots: RedisSlots, count: number) =>
    (await slots.acquire('up', { limit: 5, reserved: 0, realtime: 0, others: count })).others;
  const held = await take(mine, 5);
  expect(held).toHaveLength(5);
  await new RedisConnections(server.url, 'p', () => undefined).patient.flushall();
  server.kill();
  const waiting = take(others, 5);
  await server.restart();
  expect(await waiting).toEqual([]);
  for (let i = 0; i < 20; i += 1) expect(await take(others, 1)).toEqual([]);
  await pass(1_600);
  expect(await take(others, 1)).toEqual([]);
  await mine.release('up', held);
  expect(await take(others, 1)).toHaveLength(1);
  await server.stop();
});
