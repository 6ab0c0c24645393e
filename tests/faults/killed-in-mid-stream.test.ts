import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Client, type StreamEvent, textOf } from '../support/client.js';
import { allEnded, callsFor, mostAtOnce, onlyRunner, query } from '../support/faults.js';
import { openAiEnv } from '../support/openai-env.js';
import { createSystem, startSystem, type System } from '../support/system.js';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';

/** QUEUE_LOCK_DURATION of the tests. */
const LOCK_MS = 2_000;

const idsOf = (events: readonly StreamEvent[]) => events.map(({ id }) => id);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('a fleet whose processes are killed in mid-stream', () => {
  let upstream: FakeUpstream;
  let system: System;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('fleet', openAiEnv(upstream));
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  test('the reader of a killed worker sees a reset and then one whole reply, stored once', async () => {
    upstream.behave({ chunks: 30, chunkDelayMs: 50 });
    const client = new Client(system.gateways[1]!.url);
    const id = await client.send('a worker dies');
    const events: StreamEvent[] = [];
    let killedAt = 0;
    let recoveredAt = 0;
    for await (const event of client.stream(id)) {
      events.push(event);
      if (event.event === 'reset') recoveredAt = performance.now();
      if (events.length !== 8) continue;
      const victim = await onlyRunner(system.workers);
      killedAt = performance.now();
      await system.kill(victim);
    }
    expect(idsOf(events)).toEqual(upTo(events.length));
    expect(events.filter(({ event }) => event === 'reset').map(({ data }) => data)).toEqual([
      expect.objectContaining({ attempt: 2, reason: 'worker_lost' }),
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'completed' } });
    // The lock, one look for stalled jobs to mark it and one to move it.
    expect(recoveredAt - killedAt).toBeLessThan(LOCK_MS + 1_000);

    const { body } = await client.get(`/api/v1/messages/${id}`);
    expect(body).toMatchObject({ status: 'completed', retry_count: 0 });
    expect(textOf(events)).toBe(body.reply.content);
    const replies = await query(system, 'SELECT * FROM replies WHERE message_id = $1', [id]);
    expect(replies).toHaveLength(1);
    expect(callsFor(upstream, 'a worker dies').map(({ outcome }) => outcome)).toEqual([
      'aborted',
      'completed',
    ]);
  });

  test('the reader of a killed gateway goes on at another one and has the reply byte for byte', async () => {
    upstream.behave({ chunks: 40, chunkDelayMs: 25 });
    const [doomed, other] = system.gateways;
    const client = new Client(doomed!.url);
    const id = await client.send('a gateway dies');
    const seen: StreamEvent[] = [];
    const reading = async () => {
      for await (const event of client.stream(id)) {
        seen.push(event);
        if (seen.length === 10) await system.kill(doomed!);
      }
    };
    await expect(reading()).rejects.toThrow('terminated');
    expect(seen.at(-1)!.event).toBe('delta');

    const elsewhere = new Client(other!.url);
    const all = [...seen, ...(await elsewhere.events(id, seen.at(-1)!.id))];
    expect(idsOf(all)).toEqual(upTo(all.length));
    expect(all.at(-1)!.event).toBe('end');
    const { body } = await elsewhere.get(`/api/v1/messages/${id}`);
    expect(Buffer.from(textOf(all))).toEqual(Buffer.from(body.reply.content as string));
    expect(callsFor(upstream, 'a gateway dies')).toHaveLength(1);
  });
});

describe('the limit of an upstream', () => {
  test('is never passed by two workers together, and all of it is used', async () => {
    const upstream = await startFakeUpstream({ behaviours: [{ firstChunkDelayMs: 60 }] });
    onTestFinished(() => upstream.close());
    const system = await createSystem('fleet', { ...openAiEnv(upstream), OPENAI_MAX_CONCURRENCY: '3' });
    onTestFinished(() => system.stop());
    const [gateway] = await Promise.all([
      system.start('api-gateway'),
      system.start('queue-manager'),
      system.start('queue-manager'),
    ]);
    const client = new Client(gateway.url);
    const contents = upTo(40).map((n) => `limited ${n}`);
    const ids = await Promise.all(contents.map((content) => client.send(content)));
    const messages = await allEnded(() => client, ids);
    expect(messages.map(({ status }) => status)).toEqual(contents.map(() => 'completed'));
    expect(upstream.calls()).toHaveLength(40);
    expect(mostAtOnce(upstream.calls())).toBe(3);
  });
});
