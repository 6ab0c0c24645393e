import { afterAll, describe, expect, test } from 'vitest';
import { PATIENCE_MS, Reach } from '#limits';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { RedisResults } from './redis-results.js';
import { BOUNDS, conformsToResults } from './results.conformance.js';

const HOUR = 3_600_000;
const PLACE = { tenantId: 'a tenant: {1}', key: 'k' };

const open: RedisConnections[] = [];
afterAll(() => open.forEach((connections) => connections.close()));

async function connect(url: string) {
  const connections = new RedisConnections(url, crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const reach = new Reach(connections, () => undefined);
  return { connections, results: new RedisResults(connections, reach, BOUNDS) };
}

/** Lets the clock of Redis pass. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt));
}

describe('RedisResults', () => {
  conformsToResults(async () => (await connect(await redisUrlForTests())).results, pass);

  test('leaves nothing behind when the last answer is over', async () => {
    const { connections, results } = await connect(await redisUrlForTests());
    await results.look(PLACE, HOUR, { token: 't', ms: HOUR });
    await results.keep(PLACE, 'x', 300, 't');
    await results.keep({ ...PLACE, key: 'other' }, 'x', 100, 't');
    const keys = () => connections.prompt.keys(`${connections.prefix}:*`);
    expect(await keys()).toHaveLength(4);
    await eventually(async () => expect(await keys()).toEqual([]));
  });

  test('a Redis that is away has nothing, fails nobody and holds nobody up', async () => {
    const server = await startPrivateRedis({ aof: false });
    const { results } = await connect(server.url);
    await results.keep(PLACE, 'x', HOUR, 't');
    process.kill(server.pid, 'SIGSTOP');
    const startedAt = performance.now();
    expect(await results.look(PLACE, HOUR, { token: 't', ms: HOUR })).toEqual({ state: 'free' });
    expect(await results.keep(PLACE, 'y', HOUR, 't')).toBe(false);
    await results.giveUp(PLACE, 't');
    expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS + 500);
    process.kill(server.pid, 'SIGCONT');
    await eventually(async () => expect(await results.look(PLACE, HOUR)).toMatchObject({ text: 'x' }));
    await server.stop();
  });

  test('a full Redis takes nothing more, and fails nobody', async () => {
    const server = await startPrivateRedis({ aof: false });
    const { connections, results } = await connect(server.url);
    await connections.prompt.call('CONFIG', ['SET', 'maxmemory', '1']);
    expect(await results.look(PLACE, HOUR, { token: 't', ms: HOUR })).toEqual({ state: 'free' });
    expect(await results.keep(PLACE, 'x', HOUR, 't')).toBe(false);
    await server.stop();
  });
});
