import { Redis } from 'ioredis';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { type PrivateServer, startPrivateRedis } from '#testing';
import { GatheredScript } from './gathered-script.js';

let server: PrivateServer;
let redis: Redis;
beforeAll(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const callsOf = async (command: string) => {
  const stats = await redis.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
};

describe('GatheredScript', () => {
  test('runs what is called in one turn in its order, in one call to Redis, each with its own answer', async () => {
    const script = new GatheredScript<number>(`return redis.call('RPUSH', KEYS[1], ARGV[1]) + #ARGV * 10`);
    await script.run(redis, ['known'], ['loads it']);
    const before = await callsOf('evalsha');
    const answers = await Promise.all([
      script.run(redis, ['one'], ['a']),
      script.run(redis, ['two'], ['b', 'x', undefined]),
      Promise.resolve().then(() => script.run(redis, ['one'], [Buffer.from('c')])),
    ]);
    expect(answers).toEqual([11, 31, 12]);
    expect((await callsOf('evalsha')) - before).toBe(1);
    expect(await redis.lrange('one', 0, -1)).toEqual(['a', 'c']);
  });

  test('one that fails does so alone', async () => {
    const script = new GatheredScript<number>(`return redis.call('INCR', KEYS[1])`);
    await redis.set('word', 'not a number');
    const [first, failed, last] = await Promise.allSettled(
      ['count', 'word', 'count'].map((key) => script.run(redis, [key], [])),
    );
    expect([first, last]).toMatchObject([{ value: 1 }, { value: 2 }]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: /not an integer/ } });
  });

  test('more than a step may hold is several steps', async () => {
    const script = new GatheredScript<number>(`return redis.call('INCR', KEYS[1])`);
    const counted = await Promise.all(Array.from({ length: 120 }, () => script.run(redis, ['many'], [])));
    expect(counted).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  test('each connection has calls of its own', async () => {
    const script = new GatheredScript<number>(`return redis.call('INCR', KEYS[1])`);
    const other = new Redis(server.url, { db: 1 });
    expect(await Promise.all([redis, other].map((each) => script.run(each, ['own'], [])))).toEqual([1, 1]);
    other.disconnect();
  });

  test('what cannot be sent fails', async () => {
    const closed = new Redis(server.url);
    await closed.quit();
    await expect(new GatheredScript(`return 1`).run(closed, [], [])).rejects.toThrow('closed');
  });
});
