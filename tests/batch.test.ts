import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

type View = Answer['body'];

const SLOTS = 4;

describe.each(PROFILES)('a batch (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const env = { OPENAI_MAX_CONCURRENCY: String(SLOTS), QUEUE_MAX_WAITING_LOW: '100' };
    system = await startSystem(topology, { ...openAiEnv(upstream), ...env });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => upstream.clearCalls());

  const send = (messages: unknown[], by = client) => by.post('/api/v1/messages/batch', { messages });
  const texts = (count: number, extra: object = {}) =>
    Array.from({ length: count }, (_, i) => ({ user_id: 'u', content: `item ${i}`, ...extra }));
  const keyed = (key: string, gateway = 0) =>
    new Client(system.gateways.at(gateway)!.url, { 'idempotency-key': key });
  const idsOf = ({ body }: Answer): string[] => body.results.map(({ message }: View) => message?.id);

  test('of a thousand messages is created at once, in its order', async () => {
    const { status, body } = await send(texts(1_000, { delay: '1h' }));
    expect(status).toBe(201);
    expect(body).toMatchObject({ created: 1_000, failed: 0 });
    expect(
      body.results.map(({ index, status: one, message }: View) => [index, one, message.content]),
    ).toEqual(texts(1_000).map(({ content }, i) => [i, 201, content]));
    const ids = body.results.map(({ message }: View) => message.id);
    expect(ids).toEqual(ids.toSorted());
    expect((await client.get('/api/v1/messages?status=scheduled&page=1')).body.pagination.total).toBe(1_000);
  });

  test('runs, and every message has its place', async () => {
    const answer = await send(texts(3));
    expect(answer.body.results[0].message).toMatchObject({
      status: 'pending',
      queue: { position: expect.any(Number) },
    });
    for (const id of idsOf(answer)) expect((await client.ended(id)).status).toBe('completed');
  });

  test('keeps the order of a conversation, also across commits', async () => {
    const [one, two] = await Promise.all(
      ['u', 'v'].map(async (user_id) => (await client.post('/api/v1/conversations', { user_id })).body.id),
    );
    const turns = texts(40).map((message, i) => ({ ...message, conversation_id: i % 4 === 3 ? two : one }));
    const answer = await send([...texts(180, { delay: '1h' }), ...turns]);
    expect(answer.body.failed).toBe(0);
    for (const id of idsOf(answer).slice(-2)) await client.ended(id);
    const asked = upstream.calls().map(({ messages: prompt }) => prompt.at(-1)!.text);
    for (const conversation of [one, two]) {
      const wanted = turns.filter(({ conversation_id }) => conversation_id === conversation);
      const known = new Set(wanted.map(({ content }) => content));
      expect(asked.filter((text) => known.has(text))).toEqual(wanted.map(({ content }) => content));
    }
  });

  test('with bad messages creates the good ones, and says of each what is wrong', async () => {
    const closed = (await client.post('/api/v1/conversations', { user_id: 'u' })).body.id;
    await client.put(`/api/v1/conversations/${closed}/state`, { state: 'archived' });
    const { status, body } = await send([
      { user_id: 'u', content: 'good' },
      { user_id: 'u' },
      'no message',
      null,
      { user_id: 'u', content: 'x', priority: 'soon' },
      { user_id: 'u', content: 'x', conversation_id: 'conv_nowhere' },
      { user_id: 'u', content: 'x', conversation_id: closed },
      { user_id: 'u', content: 'x', provider: 'nobody' },
      { user_id: 'u', content: 'x', unknown: 1 },
      { user_id: 'u', content: 'also good', priority: 'urgent' },
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ created: 2, failed: 8 });
    expect(body.results.map(({ status: one, error }: View) => [one, error?.code])).toEqual([
      [201, undefined],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_priority'],
      [404, 'conversation_not_found'],
      [409, 'conversation_closed'],
      [400, 'provider_unknown'],
      [400, 'invalid_request'],
      [201, undefined],
    ]);
    expect(body.results[9].message.priority).toBe('realtime');
    expect(body.results[8].error.errors).toEqual([{ field: 'unknown', message: 'is not a known field' }]);
  });

  test('that does not fit into its band is cut off where the band is full', async () => {
    upstream.behave({ hangBeforeHeaders: true });
    const busy = idsOf(await send(texts(SLOTS)));
    await eventually(() => expect(upstream.calls()).toHaveLength(SLOTS));
    const { body } = await send(texts(1_000, { priority: 'low' }));
    const { created, failed, results } = body;
    expect(created + failed).toBe(1_000);
    expect(created).toBeGreaterThanOrEqual(100);
    expect(created).toBeLessThan(1_000);
    expect(results.at(-1)).toMatchObject({ status: 429, error: { code: 'queue_full' } });
    const ids = [...results.slice(0, created).map(({ message }: View) => message.id), ...busy];
    await Promise.all(ids.map((id: string) => client.delete(`/api/v1/messages/${id}`)));
    for (const id of ids) expect((await client.ended(id)).status).toBe('cancelled');
    upstream.behave({});
  });

  test('that is repeated with its key creates nothing twice, and what had failed once more', async () => {
    const conversation = (await client.post('/api/v1/conversations', { user_id: 'u' })).body.id;
    await client.put(`/api/v1/conversations/${conversation}/state`, { state: 'archived' });
    const messages = [...texts(3), { user_id: 'u', content: 'late', conversation_id: conversation }];
    const first = await send(messages, keyed('again'));
    expect(first).toMatchObject({ status: 200, body: { created: 3, failed: 1 } });
    await client.put(`/api/v1/conversations/${conversation}/state`, { state: 'active' });
    const second = await send(messages, keyed('again', -1));
    expect(second).toMatchObject({ status: 201, body: { created: 4, failed: 0 } });
    expect(idsOf(second).slice(0, 3)).toEqual(idsOf(first).slice(0, 3));
    expect(second.body.results.map(({ replayed }: View) => replayed)).toEqual([true, true, true, undefined]);
    const other = await send([{ user_id: 'u', content: 'else' }, ...messages.slice(1)], keyed('again'));
    expect(other.body.results.map(({ status }: View) => status)).toEqual([422, 201, 201, 201]);
  });

  test('that comes several times at once with one key is created once', async () => {
    // What a busy ledger had no time for is answered with 503, and is sent again.
    const sent = async (by: Client): Promise<Answer> => {
      const answer = await send(texts(300), by);
      const refused = answer.body.results.filter(({ status }: View) => status !== 201);
      for (const { error } of refused) expect(error).toMatchObject({ code: 'database_unavailable' });
      return refused.length === 0 ? answer : sent(by);
    };
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, i) => sent(keyed('at-once', i % 2 ? 0 : -1))),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(201);
      expect(idsOf(answer)).toEqual(idsOf(answers[0]!));
    }
    expect(new Set(idsOf(answers[0]!)).size).toBe(300);
  });

  test('that a client library repeats by itself creates nothing twice, also of equal messages', async () => {
    const counted = (count: string) => new Client(client.url, { 'x-stainless-retry-count': count });
    const messages = [...texts(2), ...texts(2)];
    const [first, second] = [await send(messages, counted('0')), await send(messages, counted('1'))];
    expect(new Set(idsOf(first)).size).toBe(4);
    expect(idsOf(second)).toEqual(idsOf(first));
  });

  test('must be a list of 1 to 1,000 messages, in a body that is not too large', async () => {
    const bad = [
      {},
      { messages: [] },
      { messages: 'x' },
      { messages: texts(1_001) },
      { messages: [], more: 1 },
    ];
    for (const body of bad)
      expect(await client.post('/api/v1/messages/batch', body)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    const large = await send(texts(1_000, { content: 'x'.repeat(2_000) }));
    expect(large).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });
});
