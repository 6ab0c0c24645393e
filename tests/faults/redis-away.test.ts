import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client, type StreamEvent, textOf } from '../support/client.js';
import { allEnded, callsFor, query, readThrough, running, timed } from '../support/faults.js';
import { openAiEnv } from '../support/openai-env.js';
import { type Outage, OUTAGES, PrivateStores } from '../support/private-stores.js';
import { type System } from '../support/system.js';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';

/** QUEUE_LOCK_DURATION of the tests. */
const LOCK_MS = 2_000;

const CHUNK_MS = 200;

describe('a fleet whose Redis goes away', () => {
  let upstream: FakeUpstream;
  let stores: PrivateStores;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    [upstream, stores] = await Promise.all([startFakeUpstream(), PrivateStores.start()]);
    system = stores.system('fleet', openAiEnv(upstream));
    await Promise.all(
      (['api-gateway', 'queue-manager', 'queue-manager', 'scheduler'] as const).map((role) =>
        system.start(role),
      ),
    );
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  async function take(outage: Outage): Promise<() => Promise<void>> {
    const bringBack = await stores.take(stores.redis, outage);
    onTestFinished(bringBack);
    return bringBack;
  }

  /** A message that streams when this resolves, and its reader. */
  async function streaming(content: string, chunks: number) {
    upstream.behave({ chunks, chunkDelayMs: CHUNK_MS }, {});
    const id = await client.send(content);
    const seen: StreamEvent[] = [];
    const reading = readThrough(client, id, seen);
    await eventually(() => expect(seen.length).toBeGreaterThan(3));
    return { id, reading };
  }

  async function expectAnswer(answer: Promise<Answer>, expected: object): Promise<Answer> {
    const { value, ms } = await timed(() => answer);
    expect(value).toMatchObject(expected);
    expect(ms).toBeLessThan(1_000);
    return value;
  }

  /** What a gateway promises for the time without Redis, each answer within a second. */
  async function expectService(content: string): Promise<string> {
    const posted = client.post('/api/v1/messages', { user_id: 'u', content });
    const { body } = await expectAnswer(posted, { status: 201 });
    const path = `/api/v1/messages/${body.id}`;
    await expectAnswer(client.get(path), { status: 200, body: { content } });
    const away = { status: 503, body: { code: 'redis_unavailable' } };
    await expectAnswer(client.get(`${path}/stream`), away);
    await expectAnswer(client.get('/ready'), { status: 200, body: { status: 'ready', health: 'degraded' } });
    await expectAnswer(client.get('/health'), { status: 200 });
    return body.id as string;
  }

  async function expectCompleted(messages: ReadonlyMap<string, string>): Promise<void> {
    const bodies = await allEnded(() => client, [...messages.keys()]);
    expect(bodies.map(({ id, status }) => [id, status])).toEqual(
      [...messages.keys()].map((id) => [id, 'completed']),
    );
    const calls = [...messages.values()].map((content) => [content, callsFor(upstream, content).length]);
    expect(calls).toEqual([...messages.values()].map((content) => [content, 1]));
  }

  describe.each(OUTAGES)('and is %s', (outage) => {
    test('answers in time, ends what runs, and runs everything once Redis is back', async () => {
      const content = `ends without Redis, ${outage}`;
      const { id, reading } = await streaming(content, 20);
      const bringBack = await take(outage);
      await expectAnswer(client.get(`/api/v1/messages/${id}/stream`), {
        status: 503,
        body: { code: 'redis_unavailable' },
      });
      const accepted = new Map([[id, content]]);
      for (const n of [1, 2])
        accepted.set(await expectService(`accepted while ${outage} ${n}`), `accepted while ${outage} ${n}`);

      const [ended] = await allEnded(() => client, [id]);
      expect(ended).toMatchObject({ status: 'completed', retry_count: 0 });
      // Redis is still away: the reply comes out of the ledger.
      expect(textOf(await reading)).toBe(ended.reply.content);

      await bringBack();
      await expectCompleted(accepted);
      for (const { url } of system.members)
        expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ health: 'healthy' });
    });

    test('a call that outlives the outage and its lock is made once and streams on', async () => {
      const content = `outlives the outage, ${outage}`;
      const { id, reading } = await streaming(content, 40);
      const bringBack = await take(outage);
      const [call] = callsFor(upstream, content);
      // Longer than the lock, so that Redis knows nothing of its worker any more when it is back.
      await eventually(() => expect(call!.chunksSent).toBeGreaterThan(4 + LOCK_MS / CHUNK_MS + 5));
      await bringBack();
      const events = await reading;
      const [ended] = await allEnded(() => client, [id]);
      expect(ended).toMatchObject({ status: 'completed', retry_count: 0 });
      expect(textOf(events)).toBe(ended.reply.content);
      expect(events.map(({ event }) => event)).not.toContain('reset');
      expect(callsFor(upstream, content)).toHaveLength(1);
    });
  });

  test('and comes back empty: what ran, what waited and what came meanwhile is run once', async () => {
    upstream.behave({ firstChunkDelayMs: 3_000 });
    const accepted = new Map<string, string>();
    const send = async (content: string) => void accepted.set(await client.send(content), content);
    await Promise.all(Array.from({ length: 20 }, (_, n) => send(`runs ${n}`)));
    await running(system.workers, 20);
    await Promise.all(Array.from({ length: 10 }, (_, n) => send(`waits ${n}`)));
    await eventually(async () => {
      const queued = await query(system, "SELECT id FROM messages WHERE status = 'queued'");
      expect(queued).toHaveLength(10);
    });
    const bringBack = await take('killed');
    await stores.emptyRedis();
    await send('comes meanwhile');
    await bringBack();
    await send('comes afterwards');
    await expectCompleted(accepted);
  });

  test('and comes back without its last second: what it forgot is run once all the same', async () => {
    upstream.behave({ firstChunkDelayMs: 2_000 });
    const accepted = new Map<string, string>();
    const send = async (content: string) => void accepted.set(await client.send(content), content);
    await Promise.all(Array.from({ length: 20 }, (_, n) => send(`before the last second ${n}`)));
    await running(system.workers, 20);
    await Promise.all(Array.from({ length: 6 }, (_, n) => send(`in the last second ${n}`)));
    const redis = new Redis(stores.redis.url);
    onTestFinished(() => redis.disconnect());
    const [waiting] = await eventually(async () => {
      const keys = await redis.keys('*:openai-normal:prioritized');
      expect(await redis.zcard(keys[0] ?? '')).toBe(6);
      return keys;
    });
    const ids = await redis.zrange(waiting!, 0, '2');
    const forgotten = ids.map((id) => waiting!.replace(/prioritized$/, id));
    await redis.multi().zrem(waiting!, ids).del(forgotten).exec();
    const bringBack = await take('killed');
    await bringBack();
    await expectCompleted(accepted);
  });

  describe.each(OUTAGES)('and is %s while a worker is told to end', (outage) => {
    test('does not keep the worker from storing what it runs and from ending', async () => {
      const worker = await system.start('queue-manager');
      const content = `runs to its end, ${outage}`;
      upstream.behave({ firstChunkDelayMs: 1_000 });
      const others = system.workers.filter((one) => one !== worker);
      for (const { process } of others) process.kill('SIGSTOP');
      onTestFinished(() => others.forEach(({ process }) => process.kill('SIGCONT')));
      const id = await client.send(content);
      await eventually(() => expect(callsFor(upstream, content)).toHaveLength(1));
      for (const { process } of others) process.kill('SIGCONT');
      const bringBack = await take(outage);
      const { value: code, ms } = await timed(() => system.terminate(worker));
      expect(code).toBe(0);
      // The call, the patience of its stream, and a short goodbye from each connection.
      expect(ms).toBeLessThan(15_000);
      const [ended] = await allEnded(() => client, [id]);
      expect(ended).toMatchObject({ status: 'completed', retry_count: 0 });
      await bringBack();
      expect(callsFor(upstream, content)).toHaveLength(1);
    });
  });
});
