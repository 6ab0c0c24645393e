import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { SystemClock } from '#runtime';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { Reach } from '../away/reach.js';
import { conformsToRates, QUICK_WINDOWS } from './rates.conformance.js';
import { WINDOW_MS } from './rates.js';
import { RedisRates } from './redis-rates.js';

const open: RedisConnections[] = [];
afterAll(() => open.forEach((connections) => connections.close()));

async function connect(url: string, prefix: string, windows = WINDOW_MS, processes = 2) {
  const connections = new RedisConnections(url, prefix, () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const nothing = () => Promise.resolve();
  const live = { count: () => processes, join: nothing, leave: nothing };
  const reach = new Reach(connections, () => undefined);
  return { connections, reach, rates: new RedisRates(connections, reach, live, new SystemClock(), windows) };
}

/** Lets the clock of Redis pass. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt), { everyMs: 1 });
}

describe('RedisRates', () => {
  conformsToRates({
    open: async () => {
      const [url, prefix] = [await redisUrlForTests(), crypto.randomUUID()];
      const all = await Promise.all([1, 2, 3].map(() => connect(url, prefix, QUICK_WINDOWS)));
      return all.map(({ rates }) => rates);
    },
    wait: pass,
    now: () => Date.now(),
    runs: 4,
  });

  const call = { requests: 1, tokens: 10 };

  /** How many of 40 calls are granted, through all in turn. */
  async function grantedOf(all: readonly { rates: RedisRates }[], key: string, limits: object) {
    let granted = 0;
    for (let i = 0; i < 40; i += 1)
      granted += (await all[i % all.length]!.rates.reserve(key, limits, call)).granted ? 1 : 0;
    return granted;
  }

  test('keeps what was used through a restart of Redis and of a process, and forgets it when it is over', async () => {
    const server = await startPrivateRedis();
    const before = await connect(server.url, 'p');
    const limits = { requestsPerDay: 12 };
    expect(await grantedOf([before], 'k', limits)).toBe(12);
    expect((await before.connections.patient.config('GET', 'appendfsync')) as string[]).toContain('everysec');
    await before.connections.patient.bgrewriteaof();
    await eventually(async () => {
      expect(await before.connections.patient.info('persistence')).toMatch(/aof_rewrite_in_progress:0/);
    });
    server.kill();
    await server.restart();
    const after = await connect(server.url, 'p');
    expect(await grantedOf([after], 'k', limits)).toBe(0);
    const ttl = await after.connections.patient.pttl('{p}:rate:k:requestsPerDay');
    expect(ttl).toBeGreaterThan(WINDOW_MS.requestsPerDay);
    expect(ttl).toBeLessThanOrEqual((WINDOW_MS.requestsPerDay * 62) / 60);
    await server.stop();
  });

  test('while Redis is away each process has its part of what was left, and books it when Redis is back', async () => {
    const server = await startPrivateRedis();
    const both = [await connect(server.url, 'p'), await connect(server.url, 'p')];
    const limits = { requestsPerHour: 20, tokensPerMinute: 10_000 };
    for (let i = 0; i < 10; i += 1) await both[i % 2]!.rates.reserve('known', limits, call);
    process.kill(server.pid, 'SIGSTOP');
    // Each has heard of the key when 9 and 10 were used: of 11 and of 10 that are left each may use half.
    expect(await grantedOf(both, 'known', limits)).toBe(10);
    expect(await grantedOf(both, 'unknown', limits)).toBe(20);
    expect(await grantedOf(both, 'few', { requestsPerDay: 1 })).toBe(0);
    expect(await both[0]!.rates.reserve('few', { requestsPerDay: 1 }, call)).toMatchObject({
      granted: false,
      retryAfterMs: 1_000,
    });
    process.kill(server.pid, 'SIGCONT');
    for (const { reach } of both) await eventually(() => expect(reach.isAway).toBe(false));
    await eventually(async () => {
      const sum = await both[0]!.connections.prompt.hget('{p}:rate:unknown:requestsPerHour', 'sum');
      expect(Number(sum)).toBe(20);
    });
    expect(await grantedOf(both, 'known', limits)).toBe(0);
    expect(await grantedOf(both, 'unknown', limits)).toBe(0);
    expect(await grantedOf(both, 'few', { requestsPerDay: 1 })).toBe(1);
    await server.stop();
  });

  test('settles and learns nothing, and does not fail, while Redis is away', async () => {
    const server = await startPrivateRedis();
    const { rates } = await connect(server.url, 'p');
    const outcome = await rates.reserve('k', { requestsPerDay: 5 }, call);
    server.kill();
    if (!outcome.granted) throw new Error('refused');
    await outcome.settle(5);
    await outcome.cancel();
    await outcome.learn({ requestsPerDay: { limit: 1, remaining: 1, resetMs: 1 } });
    await rates.recall('k', []);
    await server.stop();
  });
});
