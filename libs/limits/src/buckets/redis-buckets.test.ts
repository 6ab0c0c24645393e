import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { Reach } from '../away/reach.js';
import { conformsToBuckets } from './buckets.conformance.js';
import { RedisBuckets } from './redis-buckets.js';

const open: RedisConnections[] = [];
afterAll(() => open.forEach((connections) => connections.close()));

async function connect(url: string, prefix: string, processes: number): Promise<RedisBuckets> {
  const connections = new RedisConnections(url, prefix, () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const reach = new Reach(connections, () => undefined);
  return new RedisBuckets(connections, reach, {
    count: () => processes,
    join: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  });
}

async function openThree(): Promise<RedisBuckets[]> {
  const [url, prefix] = [await redisUrlForTests(), crypto.randomUUID()];
  return Promise.all([1, 2, 3].map(() => connect(url, prefix, 3)));
}

/** Lets the clock of Redis pass. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt));
}

describe('RedisBuckets', () => {
  conformsToBuckets(openThree, pass);

  test('while Redis is away each process has its part, and what it spent counts once Redis is back, empty', async () => {
    const server = await startPrivateRedis({ aof: false });
    const both = await Promise.all([1, 2].map(() => connect(server.url, 'p', 2)));
    const limit = { burst: 10, intervalMs: 3_600_000 };
    const takeAll = async (name: string) => {
      const verdicts = [];
      for (let i = 0; i < 20; i += 1) verdicts.push(await both[i % 2]!.take(name, limit));
      return verdicts.filter(({ allowed }) => allowed).length;
    };
    expect(await takeAll('known before')).toBe(10);
    server.kill();
    expect(await takeAll('new')).toBe(10);
    expect(await both[0]!.take('new', limit)).toMatchObject({ allowed: false, limit: 5 });
    expect(await takeAll('known before')).toBe(0);
    await server.restart();
    await eventually(async () => expect((await both[0]!.take('a', limit)).limit).toBe(10));
    await eventually(async () => expect((await both[1]!.take('b', limit)).limit).toBe(10));
    expect([await takeAll('new'), await takeAll('known before')]).toEqual([0, 0]);
    await server.stop();
  });

  test('a Redis that does not answer holds nobody up for longer than a second', async () => {
    const server = await startPrivateRedis();
    const buckets = await connect(server.url, 'p', 1);
    const limit = { burst: 100, intervalMs: 3_600_000 };
    process.kill(server.pid, 'SIGSTOP');
    const startedAt = performance.now();
    const verdicts = await Promise.all(
      Array.from({ length: 150 }, async (_, i) => buckets.take(`${i % 3}`, limit)),
    );
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(verdicts.every(({ allowed }) => allowed)).toBe(true);
    const again = performance.now();
    for (let i = 0; i < 100; i += 1) await buckets.take('later', limit);
    expect(performance.now() - again).toBeLessThan(100);
    process.kill(server.pid, 'SIGCONT');
    await server.stop();
  });
});
