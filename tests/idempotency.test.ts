import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { callsFor, query } from './support/faults.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const keyOf = (tenant: string) => `key-of-the-tenant-${tenant}`;
const API_KEYS = ['mine', 'theirs']
  .map((tenant) => `${tenant}:${keyOf(tenant)}:${tenant}:read+write`)
  .join(',');

describe.each(PROFILES)('a repeated request (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const env = { API_KEYS, OPENAI_MAX_CONCURRENCY: '1', QUEUE_MAX_WAITING_LOW: '1' };
    system = await startSystem(topology, { ...openAiEnv(upstream), ...env });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(async () => {
    await Promise.all([idle('mine'), idle('theirs')]);
    upstream.clearCalls();
  });

  const at = (gateway: number, headers: Readonly<Record<string, string>> = {}, tenant = 'mine') =>
    new Client(system.gateways.at(gateway)!.url, { 'x-api-key': keyOf(tenant), ...headers });
  const keyed = (key: string, gateway = 0, tenant = 'mine') =>
    at(gateway, { 'idempotency-key': key }, tenant);
  const create = (client: Client, body: object) =>
    client.post('/api/v1/messages', { user_id: 'u', content: 'Hello', ...body });
  const isReplay = ({ headers }: Answer) => headers.get('idempotency-replayed') === 'true';

  /** Nothing waits or runs, so that the next test has the slot. */
  const idle = (tenant: string) =>
    eventually(async () => {
      for (const status of ['pending', 'queued', 'processing'])
        expect((await at(0, {}, tenant).get(`/api/v1/messages?status=${status}`)).body.messages).toEqual([]);
    });

  test('many at once with one key are one message, and every answer names it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => create(keyed('at-once', i % 2 ? 0 : -1), { content: 'once' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const ids = new Set(answers.map(({ body }) => body.id as string));
    expect(ids.size).toBe(1);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    const [id] = ids;
    for (const { headers } of answers) expect(headers.get('location')).toBe(`/api/v1/messages/${id}`);
    expect(await at(0).ended(id!)).toMatchObject({ status: 'completed' });
    expect(callsFor(upstream, 'once')).toHaveLength(1);
    const { body } = await at(0).get('/api/v1/messages?limit=100');
    expect(body.messages.filter(({ content }: Answer['body']) => content === 'once')).toHaveLength(1);
  });

  test('is answered with the message as it is now, however it is written', async () => {
    const body = { content: 'later', metadata: { a: 1, b: [1, 2] }, priority: 'high', timeout: '60s' };
    const first = await create(keyed('later'), body);
    expect(isReplay(first)).toBe(false);
    const ended = await at(0).ended(first.body.id);
    const again = await create(keyed('later', -1), {
      timeout: 60_000,
      priority: 2,
      metadata: { b: [1, 2], a: 1 },
      content: 'later',
    });
    expect(isReplay(again)).toBe(true);
    expect(again).toMatchObject({ status: 201, body: { ...ended, queue: null } });
    expect(callsFor(upstream, 'later')).toHaveLength(1);
  });

  test('that says something else with the same key is refused', async () => {
    const talk = await at(0).post('/api/v1/conversations', { user_id: 'u' });
    const path = `/api/v1/conversations/${talk.body.id}/messages`;
    const { body } = await create(keyed('used'), { content: 'first' });
    const others = [
      await create(keyed('used'), { content: 'second' }),
      await create(keyed('used', -1), { content: 'first', priority: 'high' }),
      await keyed('used').post(path, { user_id: 'u', content: 'first' }),
    ];
    for (const answer of others) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
      expect(answer.body.errors[0]).toEqual({
        field: 'idempotency-key',
        message: `was used for the message ${body.id}`,
      });
    }
  });

  test('in a conversation is one turn', async () => {
    const talk = await at(0).post('/api/v1/conversations', { user_id: 'u' });
    const path = `/api/v1/conversations/${talk.body.id}/messages`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => keyed('turn', i % 2 ? 0 : -1).post(path, { content: 'one turn' })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await at(0).ended(answers[0]!.body.id)).toMatchObject({ conversation_id: talk.body.id });
    expect((await at(0).get(`/api/v1/conversations/${talk.body.id}`)).body.message_count).toBe(1);
  });

  test('of another tenant is another message', async () => {
    const mine = await create(keyed('shared'), {});
    const theirs = await create(keyed('shared', 0, 'theirs'), { content: 'something else' });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test('was accepted before, so a full band does not refuse it now', async () => {
    upstream.behave({ hangBeforeHeaders: true }, {});
    const busy = await at(0).send('occupies the slot', { priority: 'high' });
    await eventually(() => expect(callsFor(upstream, 'occupies the slot')).toHaveLength(1));
    const waiting = await create(keyed('patient'), { priority: 'low' });
    expect(waiting.status).toBe(201);
    await eventually(async () =>
      expect(await create(at(0), { priority: 'low' })).toMatchObject({ body: { code: 'queue_full' } }),
    );
    const again = await create(keyed('patient'), { priority: 'low' });
    expect(again).toMatchObject({ status: 201, body: { id: waiting.body.id } });
    expect(again.body.queue).toMatchObject({ position: expect.any(Number) });
    await at(0).delete(`/api/v1/messages/${busy}`);
    await at(0).ended(waiting.body.id);
  });

  test.each([
    ['', 'an empty key'],
    ['a b', 'a key with a space'],
    ['é', 'a key that is not ASCII'],
    ['k'.repeat(256), 'a key that is too long'],
  ])('with %j is refused: %s', async (key) => {
    const { status, body } = await create(keyed(key), {});
    expect([status, body.code, body.errors[0].field]).toEqual([400, 'invalid_request', 'idempotency-key']);
  });

  test('with the longest key is accepted', async () => {
    const key = `${'~'.repeat(254)}!`;
    const [first, again] = [await create(keyed(key), {}), await create(keyed(key), {})];
    expect([first.status, again.body.id]).toEqual([201, first.body.id]);
  });

  describe('of a client library', () => {
    const counted = (count: string, gateway = 0) => at(gateway, { 'x-stainless-retry-count': count });

    test('without a key is answered with the equal message that it repeats', async () => {
      const first = await create(counted('0'), { content: 'by itself' });
      const retries = [
        await create(counted('1'), { content: 'by itself' }),
        await create(counted('2', -1), { content: 'by itself' }),
      ];
      for (const retry of retries) {
        expect(retry).toMatchObject({ status: 201, body: { id: first.body.id } });
        expect(isReplay(retry)).toBe(true);
      }
      await at(0).ended(first.body.id);
      expect(callsFor(upstream, 'by itself')).toHaveLength(1);
    });

    test('whose first attempt never arrived is accepted', async () => {
      const retry = await create(counted('1'), { content: 'never arrived' });
      expect(retry.status).toBe(201);
      expect(isReplay(retry)).toBe(false);
      expect((await create(counted('2'), { content: 'never arrived' })).body.id).toBe(retry.body.id);
    });

    test.each(['0', 'nonsense', '-1'])('that counts %s is a new message', async (count) => {
      const first = await create(counted('0'), { content: `counts ${count}` });
      const second = await create(counted(count), { content: `counts ${count}` });
      expect(second.body.id).not.toBe(first.body.id);
    });

    test('is not taken for an equal message of somebody else, or for another one', async () => {
      const first = await create(counted('0'), { content: 'alone' });
      const theirs = await create(at(0, { 'x-stainless-retry-count': '1' }, 'theirs'), { content: 'alone' });
      const other = await create(counted('1'), { content: 'alone', priority: 'high' });
      expect(new Set([first.body.id, theirs.body.id, other.body.id]).size).toBe(3);
    });

    test.skipIf(topology === 'embedded')('is a new message when the equal one is old', async () => {
      const first = await create(counted('0'), { content: 'old' });
      await query(
        system,
        `UPDATE messages SET created_at = now() - interval '11 min' WHERE id = '${first.body.id}'`,
      );
      const retry = await create(counted('1'), { content: 'old' });
      expect(retry.body.id).not.toBe(first.body.id);
    });
  });
});
