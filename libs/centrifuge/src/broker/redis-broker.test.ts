import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests, startPrivateRedis } from '#testing';
import { conformsToBroker } from './broker.conformance.js';
import { RedisBroker } from './redis-broker.js';

const open: RedisConnections[] = [];
const prefix = crypto.randomUUID();
const RULES = {
  presence: true,
  publish: true,
  joinLeave: false,
  forcePushJoinLeave: false,
  token: false,
  historySize: 100,
  historyMs: 60_000,
};

async function connect(url?: string) {
  const connections = new RedisConnections(url ?? (await redisUrlForTests()), prefix, () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  return connections;
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('RedisBroker', () => {
  conformsToBroker(async () => new RedisBroker(await connect()));

  test('forwards frames to another process, in order', async () => {
    const [here, there] = [new RedisBroker(await connect()), new RedisBroker(await connect())];
    const taken: string[][] = [];
    there.takeFrames('there', (session, frame) => taken.push([session, frame]));
    here.takeFrames('here', () => undefined);
    await eventually(async () => expect(await here.forwardFrame('there', 's0', '')).toBe(true));
    const frames = Array.from({ length: 100 }, (_, i) => `{"id":${i}}\n{"id":"x y"}`);
    expect(await Promise.all(frames.map((frame) => here.forwardFrame('there', 's1', frame)))).not.toContain(
      false,
    );
    await eventually(() => expect(taken.slice(1)).toEqual(frames.map((frame) => ['s1', frame])));
  });

  test('tells listeners of a gap when Redis was away', async () => {
    const redis = await startPrivateRedis();
    try {
      const connections = await connect(redis.url);
      const broker = new RedisBroker(connections);
      let gaps = 0;
      await broker.listen('t/k', { push: () => undefined, gap: () => (gaps += 1) });
      redis.kill('SIGKILL');
      await redis.restart();
      await eventually(() => expect(gaps).toBe(1));
      await eventually(() => broker.publish('t/k', '{"data":1}', RULES));
      connections.close();
    } finally {
      await redis.stop();
    }
  });
});
