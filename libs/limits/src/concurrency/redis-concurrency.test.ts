import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { Reach } from '../away/reach.js';
import { conformsToConcurrency, LEASE_MS } from './concurrency.conformance.js';
import { RedisConcurrency } from './redis-concurrency.js';

const open: RedisConnections[] = [];
afterAll(() => open.forEach((connections) => connections.close()));

async function connect(url: string, prefix: string, processId: string, leaseMs: number) {
  const connections = new RedisConnections(url, prefix, () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const nothing = () => Promise.resolve();
  const live = { count: () => 2, join: nothing, leave: nothing };
  const reach = new Reach(connections, () => undefined);
  const places = new RedisConcurrency(connections, reach, live, leaseMs, processId);
  return { connections, reach, places };
}

/** Lets the clock of Redis pass. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt));
}

describe('RedisConcurrency', () => {
  conformsToConcurrency(async () => {
    const [url, prefix] = [await redisUrlForTests(), crypto.randomUUID()];
    const all = await Promise.all(['p1', 'p2', 'p3'].map((id) => connect(url, prefix, id, LEASE_MS)));
    return all.map(({ places }) => places);
  }, pass);

  const five = [{ name: 'a', limit: 5 }];

  test('while Redis is away each process begins no more than its part', async () => {
    const server = await startPrivateRedis();
    const [one, two] = [
      await connect(server.url, 'p', 'p1', 30_000),
      await connect(server.url, 'p', 'p2', 30_000),
    ];
    const first = await one.places.acquire(five);
    server.kill();
    const begun = async (places: RedisConcurrency) => {
      let count = 0;
      for (let i = 0; i < 5; i += 1) count += (await places.acquire(five)).granted ? 1 : 0;
      return count;
    };
    expect([await begun(one.places), await begun(two.places)]).toEqual([1, 2]);
    if (!first.granted) throw new Error('refused');
    await one.places.release(first);
    expect(await begun(one.places)).toBe(1);
    await server.stop();
  });

  test('puts its leases back when Redis has come back empty, before anybody takes more', async () => {
    const server = await startPrivateRedis({ aof: false });
    const [one, two] = [
      await connect(server.url, 'p', 'p1', 30_000),
      await connect(server.url, 'p', 'p2', 30_000),
    ];
    const leases = [];
    for (let i = 0; i < 4; i += 1) leases.push(await one.places.acquire(five));
    server.kill();
    expect(await two.places.acquire(five)).toMatchObject({ granted: true });
    await server.restart();
    await eventually(async () => expect(await one.places.held('a')).toBe(5));
    expect(await two.places.acquire(five)).toEqual({ granted: false, which: 'a' });
    expect(await one.places.acquire([{ name: 'b', limit: 1 }])).toEqual({ granted: false, which: 'b' });
    expect(await one.places.held('b')).toBe(0);
    await pass(1_600);
    expect(await one.places.acquire([{ name: 'b', limit: 1 }])).toMatchObject({ granted: true });
    expect(await two.places.acquire(five)).toEqual({ granted: false, which: 'a' });
    const [lease] = leases;
    if (lease?.granted) await one.places.release(lease);
    expect(await two.places.acquire(five)).toMatchObject({ granted: true });
    await server.stop();
  });
});
