import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { allEnded, callsFor, mostAtOnce, query, running } from './support/faults.js';
import { openAiEnv } from './support/openai-env.js';
import { PrivateStores } from './support/private-stores.js';
import { createSystem, PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const LIMIT = 3;

describe.each(PROFILES)('the dispatcher (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, {
      ...openAiEnv(upstream),
      OPENAI_MAX_CONCURRENCY: String(LIMIT),
      QUEUE_MAX_WAIT_LOW: '2s',
      SCHEDULER_STRATEGY: 'static',
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  /** The contents of the calls, in the order in which they came to the upstream. */
  const order = () => upstream.calls().map(({ messages }) => messages.at(-1)!.text);

  /** Fills every slot for a while, so that what is sent meanwhile waits. */
  async function blocked(forMs: number, send: () => Promise<string[]>): Promise<string[]> {
    upstream.clearCalls();
    // One after the other they come free, so that the upstream sees in which order they are filled.
    const blockers = [0, 400, 800].map((laterMs) => ({ firstChunkDelayMs: forMs + laterMs }));
    upstream.behave(...blockers, {});
    const first = await Promise.all([1, 2, 3].map((n) => client.send(`blocks ${n}`)));
    await eventually(() => expect(upstream.calls()).toHaveLength(LIMIT));
    return [...first, ...(await send())];
  }

  test('starts the best message first, however late it came', async () => {
    const ids = await blocked(600, async () => {
      const sent = [];
      for (const priority of ['low', 'normal', 'high', 'realtime'] as const)
        sent.push(await client.send(priority, { priority }));
      return sent;
    });
    await allEnded(() => client, ids);
    expect(order().slice(LIMIT)[0]).toBe('realtime');
    expect(order().indexOf('high')).toBeLessThan(order().indexOf('low'));
  });

  test('a user with few messages is not kept waiting by one with many', async () => {
    const ids = await blocked(2_000, async () => {
      const whale = [];
      for (let n = 0; n < 12; n += 1) whale.push(await client.send(`whale ${n}`, { user_id: 'whale' }));
      return [...whale, await client.send('minnow', { user_id: 'minnow' })];
    });
    await allEnded(() => client, ids);
    expect(order().indexOf('minnow')).toBeLessThan(LIMIT + 2 * LIMIT);
  });

  test('never runs more calls than the limit, and all of them when there is enough to do', async () => {
    upstream.clearCalls();
    upstream.behave({ firstChunkDelayMs: 40 });
    const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => client.send(`crowd ${n}`)));
    await allEnded(() => client, ids);
    expect(mostAtOnce(upstream.calls())).toBe(LIMIT);
  });

  test('nobody calls an upstream that has turned a call away, before the time that it asked for', async () => {
    upstream.clearCalls();
    const no = { status: 429, retryAfter: 1 };
    upstream.behave(no, no, no, {});
    const ids = await Promise.all(Array.from({ length: 9 }, (_, n) => client.send(`patient ${n}`)));
    const messages = await allEnded(() => client, ids);
    expect(messages.every(({ status, retry_count }) => status === 'completed' && retry_count === 0)).toBe(
      true,
    );
    const times = upstream.calls().map(({ receivedAt }) => receivedAt);
    const tooEarly = times.filter((at) => at < times[0]! + 900);
    expect(tooEarly.length).toBeLessThanOrEqual(LIMIT);
  });

  test('a full upstream keeps no message for another one waiting', async () => {
    const ids = await blocked(1_500, async () => {
      const waiting = await Promise.all([1, 2, 3, 4, 5].map((n) => client.send(`stuck ${n}`)));
      const elsewhere = await client.send('elsewhere', { provider: 'simulator' });
      await client.events(elsewhere);
      expect(upstream.calls()).toHaveLength(LIMIT);
      return waiting;
    });
    await allEnded(() => client, ids);
  });

  test('low messages that have waited for too long go before better ones, at every second slot', async () => {
    upstream.clearCalls();
    upstream.behave({ firstChunkDelayMs: 250 });
    const send = (priority: string, count: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => client.send(`${priority} ${n}`, { priority })));
    const ids = [...(await send('high', 60)), ...(await send('low', 10))];
    await allEnded(() => client, ids, 60_000);
    // By their share of one in nine there would be five or six of them.
    expect(
      order()
        .slice(0, 50)
        .filter((content) => content.startsWith('low')),
    ).toHaveLength(10);
  });
});

describe('a fleet with stores of its own', () => {
  test('an idle worker asks Redis less than 20 times a second', async () => {
    const stores = await PrivateStores.start();
    const system = stores.system('fleet', { QUEUE_STALLED_INTERVAL: '5s', QUEUE_LOCK_DURATION: '30s' });
    onTestFinished(() => system.stop());
    await system.start('queue-manager');
    const redis = new Redis(stores.redis.url);
    // Each question of a process that has nothing else to do is one read; what a script does by itself is none.
    const reads = async () => Number(/total_reads_processed:(\d+)/.exec(await redis.info('stats'))![1]);
    const perSecond = async (seconds: number) => {
      const before = await reads();
      const endsAt = performance.now() + seconds * 1_000;
      await eventually(() => expect(performance.now()).toBeGreaterThan(endsAt), { timeoutMs: 10_000 });
      return ((await reads()) - before) / seconds;
    };
    await perSecond(1);
    const idle = await perSecond(5);
    redis.disconnect();
    expect(idle).toBeLessThan(20);
  });

  test('what a dead worker ran is taken over within seconds, although its locks are long', async () => {
    const upstream = await startFakeUpstream({ behaviours: [{ firstChunkDelayMs: 60_000 }] });
    onTestFinished(() => upstream.close());
    const system = await createSystem('fleet', {
      ...openAiEnv(upstream),
      OPENAI_MAX_CONCURRENCY: '5',
      QUEUE_LOCK_DURATION: '60s',
      QUEUE_HEARTBEAT: '200ms',
      QUEUE_HEARTBEAT_TIMEOUT: '2s',
    });
    onTestFinished(() => system.stop());
    const roles = ['api-gateway', 'queue-manager', 'scheduler'] as const;
    await Promise.all(roles.map((role) => system.start(role)));
    const client = new Client(system.gateways[0]!.url);
    const contents = Array.from({ length: 5 }, (_, n) => `in flight ${n}`);
    const ids = await Promise.all(contents.map((content) => client.send(content)));
    await running(system.workers, 5);
    const [victim] = system.workers;
    await system.start('queue-manager');
    upstream.behave({});
    await system.kill(victim!);
    const messages = await allEnded(() => client, ids, 20_000);
    expect(messages.map(({ status, retry_count }) => [status, retry_count])).toEqual(
      ids.map(() => ['completed', 0]),
    );
    expect(contents.map((content) => callsFor(upstream, content).length)).toEqual(contents.map(() => 2));
    const replies = await query(system, 'SELECT message_id FROM replies');
    expect(replies).toHaveLength(5);
    expect(await query(system, 'SELECT id FROM worker_processes')).toHaveLength(1);
  });
});
