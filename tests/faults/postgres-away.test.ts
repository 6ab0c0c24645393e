import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually, isRunning } from '#testing';
import { type Answer, Client, type StreamEvent, textOf } from '../support/client.js';
import { allEnded, callsFor, query, readThrough, timed } from '../support/faults.js';
import { openAiEnv } from '../support/openai-env.js';
import { type Outage, OUTAGES, PrivateStores } from '../support/private-stores.js';
import { type Member, type System } from '../support/system.js';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';

describe('a fleet whose Postgres goes away', () => {
  let upstream: FakeUpstream;
  let stores: PrivateStores;
  let system: System;
  let members: readonly Member[];
  let client: Client;

  beforeAll(async () => {
    [upstream, stores] = await Promise.all([startFakeUpstream(), PrivateStores.start()]);
    system = stores.system('fleet', {
      ...openAiEnv(upstream),
      // So long that a test would see it when something had to wait for one to run out.
      QUEUE_LOCK_DURATION: '20s',
      DATABASE_TIMEOUT: '1s',
    });
    members = await Promise.all(
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
    const bringBack = await stores.take(stores.postgres, outage);
    onTestFinished(bringBack);
    return bringBack;
  }

  async function expectAnswer(answer: Promise<Answer>, expected: object): Promise<void> {
    const { value, ms } = await timed(() => answer);
    expect(value).toMatchObject(expected);
    expect(ms).toBeLessThan(1_000);
  }

  /** What every process promises for the time without Postgres, each answer within a second. */
  async function expectRefusal(id: string): Promise<void> {
    const away = { status: 503, body: { code: 'database_unavailable' } };
    const body = { user_id: 'u', content: 'refused' };
    await expectAnswer(client.post('/api/v1/messages', body), away);
    // More at once than the pool has connections.
    const posts = Array.from({ length: 12 }, () => client.post('/api/v1/messages', body));
    await Promise.all(posts.map((post) => expectAnswer(post, away)));
    await expectAnswer(client.get(`/api/v1/messages/${id}`), away);
    await expectAnswer(client.get(`/api/v1/messages/${id}/stream`), away);
    for (const { url } of members) {
      await expectAnswer(new Client(url).get('/ready'), {
        status: 503,
        body: { status: 'not ready', reason: 'database does not answer' },
      });
      await expectAnswer(new Client(url).get('/health'), { status: 200 });
    }
  }

  /** A message that streams when this resolves, and its reader. */
  async function streaming(content: string) {
    upstream.behave({ chunks: 15, chunkDelayMs: 200 }, {});
    const id = await client.send(content);
    const seen: StreamEvent[] = [];
    const reading = readThrough(client, id, seen);
    await eventually(() => expect(seen.length).toBeGreaterThan(3));
    return { id, seen, reading };
  }

  describe.each(OUTAGES)('and is %s', (outage) => {
    test('refuses in time, and keeps the reply of a running call until it can be stored', async () => {
      const content = `running while ${outage}`;
      const { id, seen, reading } = await streaming(content);
      const bringBack = await take(outage);
      await expectRefusal(id);
      // The call ends while there is no ledger, and its reader has all of the text.
      await eventually(() => expect(callsFor(upstream, content)[0]!.outcome).toBe('completed'));
      await eventually(() => expect(textOf(seen)).toMatch(/word15$/));
      await bringBack();

      const [ended] = await allEnded(() => client, [id]);
      expect(ended).toMatchObject({ status: 'completed', retry_count: 0 });
      expect(textOf(await reading)).toBe(ended.reply.content);
      expect(callsFor(upstream, content)).toHaveLength(1);
      const replies = await query(system, 'SELECT 1 FROM replies WHERE message_id = $1', [id]);
      expect(replies).toHaveLength(1);
      expect(members.map(({ process }) => isRunning(process.pid))).toEqual(members.map(() => true));
      for (const { url } of members)
        await eventually(async () => expect((await fetch(`${url}/ready`)).status).toBe(200));
    });

    test('starts what was waiting soon after it is back, without a failed attempt', async () => {
      upstream.behave({ firstChunkDelayMs: 600 });
      const before = upstream.calls().length;
      const contents = Array.from({ length: 40 }, (_, n) => `waiting ${outage} ${n}`);
      const ids = await Promise.all(contents.map((content) => client.send(content)));
      await eventually(() => expect(upstream.calls().length).toBeGreaterThanOrEqual(before + 20));
      const bringBack = await take(outage);
      await eventually(() => expect(upstream.calls().every(({ outcome }) => outcome)).toBe(true));
      await expectAnswer(client.get(`/api/v1/messages/${ids[0]}`), { status: 503 });
      await bringBack();
      const { value: messages, ms } = await timed(() => allEnded(() => client, ids));
      expect(messages.map(({ status, retry_count }) => [status, retry_count])).toEqual(
        ids.map(() => ['completed', 0]),
      );
      expect(ms).toBeLessThan(10_000);
      const calls = contents.map((content) => [content, callsFor(upstream, content).length]);
      expect(calls).toEqual(contents.map((content) => [content, 1]));
    });

    test('a retry that falls due meanwhile is made soon after it is back', async () => {
      const content = `due while ${outage}`;
      upstream.behave({ status: 500, retryAfterMs: 1_500 }, {});
      const id = await client.send(content);
      await eventually(async () => {
        expect((await client.get(`/api/v1/messages/${id}`)).body.status).toBe('retrying');
      });
      const logs = () => system.workers.map(({ log }) => log).join('');
      const before = logs().length;
      const bringBack = await take(outage);
      // A worker has tried to claim it, and got no answer.
      await eventually(() => expect(logs().slice(before)).toContain('the ledger is away'));
      await bringBack();
      const { value, ms } = await timed(() => allEnded(() => client, [id]));
      expect(value[0]).toMatchObject({ status: 'completed', retry_count: 1 });
      expect(ms).toBeLessThan(5_000);
      expect(callsFor(upstream, content)).toHaveLength(2);
    });
  });

  test('serves again after an orderly restart', async () => {
    upstream.behave({});
    await stores.postgres.restart();
    const id = await eventually(() => client.send('after the restart'));
    const [ended] = await allEnded(() => client, [id]);
    expect(ended).toMatchObject({ status: 'completed' });
    expect(members.map(({ process }) => isRunning(process.pid))).toEqual(members.map(() => true));
  });
});
