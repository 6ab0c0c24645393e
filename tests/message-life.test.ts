import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client, textOf } from './support/client.js';
import { callsFor } from './support/faults.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { assistant, promptOf, Talk, user } from './support/talk.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const HANG = { hangBeforeHeaders: true };
const LEASE_MS = 2_500;
const keyOf = (tenant: string) => `key-of-the-tenant-${tenant}`;
const API_KEYS = ['mine', 'theirs']
  .map((tenant) => `${tenant}:${keyOf(tenant)}:${tenant}:read+write`)
  .join(',');

/** One slot, so that whatever runs keeps everything else waiting. */
describe.each(PROFILES)('the life of a message (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;
  /** At another gateway where there is one. */
  let elsewhere: Client;

  const as = (tenant: string, gateway = 0) =>
    new Client(system.gateways.at(gateway)!.url, { 'x-api-key': keyOf(tenant) });

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const env = { API_KEYS, OPENAI_MAX_CONCURRENCY: '1', QUEUE_LOCK_DURATION: `${LEASE_MS}ms` };
    system = await startSystem(topology, { ...openAiEnv(upstream), ...env });
    client = as('mine');
    elsewhere = as('mine', -1);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => upstream.clearCalls());

  const get = async (id: string) => (await client.get(`/api/v1/messages/${id}`)).body;
  const patch = (id: string, body: unknown, by = client) =>
    by.request('PATCH', `/api/v1/messages/${id}`, body);
  const report = (id: string, status: string, extra: object = {}, by = client) =>
    by.put(`/api/v1/messages/${id}/status`, { status, ...extra });
  const cancel = (id: string) => client.delete(`/api/v1/messages/${id}`);
  const contents = () => upstream.calls().map(({ messages }) => messages.at(-1)!.text);

  /** A message that holds the only slot until it is cancelled. */
  async function occupy(): Promise<string> {
    upstream.behave(HANG, {});
    const id = await client.send('occupies the slot');
    await eventually(() => expect(upstream.calls()).toHaveLength(1));
    return id;
  }

  async function inStatus(id: string, status: string): Promise<void> {
    await eventually(async () => expect((await get(id)).status).toBe(status));
  }

  describe('that is scheduled', () => {
    test('starts when it is due, not before and not much later', async () => {
      const { status, body } = await client.post('/api/v1/messages', {
        user_id: 'u',
        content: 'later',
        delay: '2500ms',
      });
      expect([status, body.status]).toEqual([201, 'scheduled']);
      const listed = await elsewhere.get('/api/v1/messages?status=scheduled');
      expect(listed.body.messages.map(({ id }: Answer['body']) => id)).toEqual([body.id]);
      const due = Date.parse(body.scheduled_at);
      expect(due - Date.parse(body.created_at)).toBe(2_500);
      const ended = await client.ended(body.id);
      expect(ended).toMatchObject({ status: 'completed', scheduled_at: body.scheduled_at });
      expect(Date.parse(ended.started_at)).toBeGreaterThanOrEqual(due - 50);
      expect(Date.parse(ended.started_at)).toBeLessThan(due + 5_000);
    });

    test('can get another priority, and stays scheduled', async () => {
      const id = await client.send('later', { delay: '1h' });
      expect(await patch(id, { priority: 'high' })).toMatchObject({
        status: 200,
        body: { id, status: 'scheduled', priority: 'high', queue_name: 'high_priority' },
      });
      expect((await cancel(id)).body.status).toBe('cancelled');
    });
  });

  describe('that waits too long', () => {
    test('ends as a timeout without a call, and its readers hear of it', async () => {
      const running = await occupy();
      const id = await client.send('too late', { ttl: '400ms' });
      const { created_at, expires_at } = await get(id);
      expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(400);
      expect((await elsewhere.events(id)).at(-1)).toMatchObject({
        event: 'end',
        data: { status: 'timeout', error: { code: 'expired' } },
      });
      expect(await get(id)).toMatchObject({ status: 'timeout', reply: null, error: { code: 'expired' } });
      await cancel(running);
      expect((await client.ended(await client.send('goes on'))).status).toBe('completed');
      expect(contents()).toEqual(['occupies the slot', 'goes on']);
    });

    /** A turn that expires while another message has the slot, and the turn behind it. */
    async function expiredTurn(on_failure: string): Promise<{ running: string; second: string }> {
      const running = await occupy();
      const talk = await Talk.start(client, { on_failure });
      const first = await client.send('too late', { conversation_id: talk.id, ttl: '300ms' });
      const second = await talk.send('the next turn');
      await inStatus(first, 'timeout');
      return { running, second };
    }

    test('gives way to the next turn of its conversation', async () => {
      const { running, second } = await expiredTurn('skip');
      await cancel(running);
      expect((await client.ended(second)).status).toBe('completed');
    });

    test('blocks the next turn where the conversation says so', async () => {
      const { running, second } = await expiredTurn('block');
      await cancel(running);
      await client.ended(await client.send('whoever comes next'));
      expect(contents()).toEqual(['occupies the slot', 'whoever comes next']);
      expect((await cancel(second)).body.status).toBe('cancelled');
    });
  });

  describe('whose priority changes', () => {
    test('goes before those that it has overtaken', async () => {
      const running = await occupy();
      const first = await client.send('first');
      const overtaking = await client.send('overtakes', { priority: 'low' });
      for (const id of [first, overtaking]) await inStatus(id, 'queued');
      const changed = await patch(overtaking, { priority: 1 }, elsewhere);
      expect(changed).toMatchObject({ status: 200, body: { id: overtaking, priority: 'realtime' } });
      await inStatus(overtaking, 'queued');
      await cancel(running);
      for (const id of [first, overtaking]) expect((await client.ended(id)).status).toBe('completed');
      expect(contents()).toEqual(['occupies the slot', 'overtakes', 'first']);
    });

    test('keeps its turn in a conversation', async () => {
      const running = await occupy();
      const talk = await Talk.start(client);
      const ids = [await talk.send('turn 1'), await talk.send('turn 2')];
      expect((await patch(ids[1]!, { priority: 'realtime' })).status).toBe(200);
      await cancel(running);
      for (const id of ids) await client.ended(id);
      expect(contents()).toEqual(['occupies the slot', 'turn 1', 'turn 2']);
    });

    test('waits: a running or ended one, one of somebody else, or nonsense is refused', async () => {
      const running = await occupy();
      expect(await patch(running, { priority: 'low' })).toMatchObject({
        status: 409,
        body: { code: 'invalid_transition' },
      });
      await cancel(running);
      await client.ended(running);
      expect(await patch(running, { priority: 'low' })).toMatchObject({
        status: 409,
        body: { code: 'message_finished' },
      });
      expect((await patch(running, { priority: 'low' }, as('theirs'))).body.code).toBe('message_not_found');
      expect((await patch(running, { priority: 'soon' })).body.code).toBe('invalid_priority');
      expect((await patch(running, { content: 'x', priority: 'low' })).body.code).toBe('invalid_request');
    });
  });

  describe('that a worker of somebody else runs', () => {
    /** A message that waits behind another one, in the hands of a worker of somebody else. */
    async function taken(
      content: string,
      extra: Readonly<Record<string, unknown>> = {},
    ): Promise<{ id: string; running: string }> {
      const running = await occupy();
      const id = await client.send(content, extra);
      const answer = await report(id, 'processing', { metadata: { processor_id: 'p1' } });
      expect(answer).toMatchObject({
        status: 200,
        body: { id, status: 'processing', content, attempt: 1, metadata: { processor_id: 'p1' } },
      });
      return { id, running };
    }
    const mine = { worker: 'p1' };

    test('is completed by it, with its reply, while ours leave it alone', async () => {
      const { id, running } = await taken('for others');
      const events = elsewhere.events(id);
      await cancel(running);
      const endsAt = Date.now() + 2 * LEASE_MS;
      while (Date.now() < endsAt) {
        expect((await client.ended(await client.send('for ours'))).status).toBe('completed');
        const { status, body } = await report(id, 'processing', mine, elsewhere);
        expect([status, body.attempt]).toEqual([200, 1]);
        expect(Date.parse(body.lease_until)).toBeGreaterThan(Date.now());
      }
      const reply = {
        content: 'what others say',
        model: 'm-1',
        finish_reason: 'stop',
        usage: { prompt_tokens: 3, completion_tokens: 4 },
      };
      const done = await report(id, 'completed', { ...mine, reply, metadata: { took: 7 } });
      expect(done).toMatchObject({
        status: 200,
        body: {
          id,
          status: 'completed',
          updated_at: expect.any(String),
          lease_until: null,
          metadata: { processor_id: 'p1', took: 7 },
          reply: { content: 'what others say', provider: 'external', usage: { total_tokens: 7 } },
        },
      });
      const [first, ...rest] = (await events).map(({ event }) => event);
      // A reader that looks between the commit and the log is told by the ledger, which begins with `reset`.
      expect(['started', 'reset']).toContain(first);
      expect(rest).toEqual(['delta', 'end']);
      expect(textOf(await events)).toBe('what others say');
      expect((await events).at(-1)!.data).toMatchObject({ status: 'completed', finish_reason: 'stop' });
      expect(callsFor(upstream, 'for others')).toEqual([]);
    });

    test('gives way to the next turn of its conversation, which sees the reply', async () => {
      const talk = await Talk.start(client);
      const { id, running } = await taken('turn 1', { conversation_id: talk.id });
      const second = await talk.send('turn 2');
      expect(await report(second, 'processing')).toMatchObject({ status: 409 });
      await cancel(running);
      await report(id, 'completed', { ...mine, reply: { content: 'reply 1' } });
      expect((await client.ended(second)).status).toBe('completed');
      const [call] = callsFor(upstream, 'turn 2');
      expect(promptOf(call!)).toEqual([user('turn 1'), assistant('reply 1'), user('turn 2')]);
    });

    test('may be told twice; another end, another worker, or a running message of ours is refused', async () => {
      const { id, running } = await taken('told twice');
      const foreign = await report(id, 'completed', { worker: 'p2' });
      expect(foreign).toMatchObject({ status: 409, body: { code: 'invalid_transition' } });
      expect((await report(id, 'processing', { worker: 'p2' })).status).toBe(409);
      expect((await report(id, 'processing', mine, as('theirs'))).status).toBe(404);
      expect((await report(id, 'completed', { ...mine, attempt: 2 })).status).toBe(409);
      const failed = await report(id, 'failed', { ...mine, attempt: 1, error: { message: 'broken' } });
      expect(failed).toMatchObject({
        status: 200,
        body: { status: 'failed', error: { code: 'worker_failed', message: 'broken' } },
      });
      expect((await report(id, 'failed', mine)).body).toEqual(failed.body);
      const other = await report(id, 'completed', mine);
      expect(other).toMatchObject({ status: 409, body: { code: 'invalid_transition' } });
      expect((await report(running, 'completed')).body).toMatchObject({
        code: 'invalid_transition',
        detail: expect.stringContaining('another worker'),
      });
      await cancel(running);
    });

    test.each([
      ['failed', { code: 'provider_rejected', message: 'no' }, 'provider_rejected'],
      ['timeout', undefined, 'provider_timeout'],
    ])('that says %s leaves a dead letter', async (status, error, code) => {
      const { id, running } = await taken(`ends as ${status}`);
      const events = elsewhere.events(id);
      expect((await report(id, status, { ...mine, error })).body).toMatchObject({ status, error: { code } });
      expect((await events).at(-1)!.data).toMatchObject({ status, error: { code } });
      const { body } = await client.get('/api/v1/dead-letters');
      expect(JSON.stringify(body)).toContain(id);
      await cancel(running);
    });

    test('is taken over by ours when that worker falls silent, which then comes too late', async () => {
      const { id, running } = await taken('falls silent');
      await cancel(running);
      expect(await client.ended(id)).toMatchObject({
        status: 'completed',
        reply: { content: 'falls silent', provider: 'openai' },
      });
      expect(await report(id, 'completed', { ...mine, reply: { content: 'late' } })).toMatchObject({
        status: 409,
        body: { code: 'invalid_transition', detail: expect.stringContaining('is completed') },
      });
      expect((await get(id)).reply.content).toBe('falls silent');
    });

    test('is run by ours at once when it is given back', async () => {
      const { id, running } = await taken('given back');
      const back = await report(id, 'pending', mine, elsewhere);
      expect(back).toMatchObject({ status: 200, body: { id, lease_until: null, retry_count: 0 } });
      await cancel(running);
      expect(await client.ended(id)).toMatchObject({ status: 'completed', reply: { content: 'given back' } });
    });

    test('can be cancelled, of which that worker hears with its next word', async () => {
      const { id, running } = await taken('cancelled');
      const events = elsewhere.events(id);
      expect((await cancel(id)).body.status).toBe('processing');
      expect(await report(id, 'processing', mine)).toMatchObject({
        status: 409,
        body: { code: 'cancelled' },
      });
      expect(await get(id)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
      expect((await events).at(-1)!.data).toMatchObject({ status: 'cancelled' });
      await cancel(running);
    });

    test('is not one that has no turn, no time, or no such status', async () => {
      const later = await client.send('later', { delay: '1h' });
      const answer = await report(later, 'processing');
      expect(answer).toMatchObject({ status: 409, body: { code: 'invalid_transition' } });
      expect(answer.body.errors).toEqual([{ field: 'status', message: expect.any(String) }]);
      await cancel(later);
      expect((await report('msg_0', 'processing')).body.code).toBe('message_not_found');
      const bad: object[] = [
        { status: 'cancelled' },
        { status: 'queued' },
        {},
        { status: 'failed', reply: { content: 'x' } },
        { status: 'completed', error: { message: 'x' } },
        { status: 'failed', error: { code: 'nonsense' } },
        { status: 'processing', attempt: 0 },
      ];
      for (const body of bad)
        expect(await client.put(`/api/v1/messages/${later}/status`, body)).toMatchObject({
          status: 400,
          body: { code: 'invalid_request' },
        });
    });
  });
});
