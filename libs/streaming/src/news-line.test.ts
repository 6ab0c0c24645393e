import { afterAll, describe, expect, test, vi } from 'vitest';
import { RedisConnections } from '#redis';
import { redisUrlForTests } from '#testing';
import { MemoryNewsLine } from './memory-news-line.js';
import { conformsToNewsLine } from './news-line.conformance.js';
import { RedisNewsLine } from './redis-news-line.js';

const open: RedisConnections[] = [];
const ignore = () => undefined;

afterAll(() => open.forEach((connections) => connections.close()));

async function connect(prefix: string): Promise<RedisConnections> {
  const connections = new RedisConnections(await redisUrlForTests(), prefix, ignore);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  return connections;
}

describe('MemoryNewsLine', () => {
  conformsToNewsLine(() => {
    const line = new MemoryNewsLine(ignore);
    return Promise.resolve([line, line]);
  });
});

describe('RedisNewsLine', () => {
  conformsToNewsLine(async () => {
    const prefix = crypto.randomUUID();
    const [here, there] = await Promise.all([connect(prefix), connect(prefix)]);
    return [new RedisNewsLine(here, ignore), new RedisNewsLine(there, ignore)];
  });

  test('tells its listeners when its connection was away', async () => {
    const connections = await connect(crypto.randomUUID());
    const subscribers = vi.spyOn(connections, 'subscriber');
    const line = new RedisNewsLine(connections, ignore);
    const missed = vi.fn<() => void>();
    const listening = line.listen('a', 'tasks', { told: ignore, missed });
    await listening.ready();
    expect(missed).not.toHaveBeenCalled();
    subscribers.mock.results[0]!.value.disconnect(true);
    await expect.poll(() => missed.mock.calls.length, { timeout: 10_000 }).toBe(1);
    await line.listen('a', 'user:ada', { told: ignore }).ready();
  });
});
