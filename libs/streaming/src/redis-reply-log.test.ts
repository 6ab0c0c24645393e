import { afterAll, describe, expect, test } from 'vitest';
import { newId, type ReplyEntry } from '#contracts';
import { RedisConnections } from '#redis';
import { redisUrlForTests } from '#testing';
import { RedisReplyLog } from './redis-reply-log.js';
import { conformsToReplyLog } from './reply-log.conformance.js';
import { ReplyStreams } from './reply-streams.js';

const retention = { endedMs: 60_000, idleMs: 60_000 };
const open: RedisConnections[] = [];

async function connect() {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  return connections;
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('RedisReplyLog', () => {
  conformsToReplyLog(async () => new RedisReplyLog(await connect(), retention));

  test('a writer whose log is deleted in the middle writes everything again behind a reset', async () => {
    const connections = await connect();
    const streams = new ReplyStreams(new RedisReplyLog(connections, retention), 100);
    const id = newId('msg');
    const seen: ReplyEntry[] = [];
    const reading = (async () => {
      for await (const batch of streams.read(id, 0, AbortSignal.timeout(10_000)))
        if (batch !== 'silence') seen.push(...batch);
    })();
    const writer = streams.writer(id, 1, {
      coalesceMs: 0,
      onFenced: () => undefined,
      onError: () => undefined,
    });
    await writer.open('retry');
    writer.delta('before ');
    await expect.poll(() => seen.length).toBe(2);
    await connections.prompt.del(`${connections.prefix}:reply:${id}`);
    writer.delta('after');
    await writer.end({ type: 'end', status: 'completed' }, 5_000);
    await reading;
    expect(seen.map(({ event }) => event)).toEqual([
      { type: 'started', attempt: 1 },
      { type: 'delta', text: 'before ' },
      { type: 'reset', attempt: 1, reason: 'stream_lost' },
      { type: 'delta', text: 'before after' },
      { type: 'end', status: 'completed' },
    ]);
  });
});
