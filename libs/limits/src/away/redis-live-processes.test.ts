import { afterAll, describe, expect, test } from 'vitest';
import { createLogger, Metrics } from '#observability';
import { RedisConnections } from '#redis';
import { ThisProcess } from '#runtime';
import { eventually, startPrivateRedis } from '#testing';
import { RedisLiveProcesses } from './redis-live-processes.js';

const TIMING = { beatMs: 100, lifeMs: 600, doubtMs: 2_000 };

const open: RedisConnections[] = [];
afterAll(() => open.forEach((connections) => connections.close()));

async function connect(url: string) {
  const connections = new RedisConnections(url, 'p', () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const log = createLogger('silent', 'test');
  const live = new RedisLiveProcesses(connections, new ThisProcess(), new Metrics(), log, TIMING);
  return { connections, live };
}

describe('RedisLiveProcesses', () => {
  test('counts those who do the same, forgets those who leave or fall silent, and holds while Redis is away', async () => {
    const server = await startPrivateRedis({ aof: false });
    const [one, two, three, worker] = await Promise.all([1, 2, 3, 4].map(() => connect(server.url)));
    await worker!.live.join('worker');
    for (const { live } of [one!, two!, three!]) await live.join('gateway');
    const counts = () => [one!, two!, three!].map(({ live }) => live.count('gateway'));
    expect(counts()[2]).toBe(3);
    await eventually(() => expect(counts()).toEqual([3, 3, 3]));
    expect(worker!.live.count('worker')).toBe(1);

    server.kill();
    await server.restart();
    const beats = await connect(server.url);
    await eventually(async () => expect(await beats.connections.prompt.zcard('{p}:alive:gateway')).toBe(3));
    // Redis has come back empty, so that the first to beat was told that it is alone.
    expect(counts()).toEqual([3, 3, 3]);

    await three!.live.leave('gateway');
    two!.connections.close();
    await eventually(() => expect(one!.live.count('gateway')).toBe(1));
    server.kill();
    await Promise.all([one!, worker!].map(({ live }) => live.leave('gateway')));
    await server.stop();
  });
});
