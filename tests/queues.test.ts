import { createParser } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';

const TENANTS = ['ops', 'paused', 'full', 'turns', 'numbers', 'other', 'steady', 'streams'] as const;
type Tenant = (typeof TENANTS)[number];
const keyOf = (tenant: string) => `key-of-the-tenant-${tenant}`;
const API_KEYS = TENANTS.map((tenant) => {
  const scopes = tenant === 'ops' ? 'read+write+admin' : 'read+write';
  return `${tenant}:${keyOf(tenant)}:${tenant}:${scopes}`;
}).join(',');

const SLOTS = 5;
const CALL_MS = 250;

const ENV = {
  API_KEYS,
  SIMULATOR_CHUNKS: '1',
  SIMULATOR_DELAY: `${CALL_MS}ms`,
  SIMULATOR_MAX_CONCURRENCY: String(SLOTS),
  QUEUE_MAX_WAITING_LOW: '5',
  CONVERSATION_MAX_WAITING_TURNS: '3',
};

const waitOf = ({ created_at, started_at }: Answer['body']) =>
  Date.parse(started_at) - Date.parse(created_at);

describe.each(PROFILES)('the queues (%s)', (topology) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(topology, ENV);
    await eventually(async () => {
      const { body } = await as('ops').get('/api/v1/queues/status');
      if (body.lanes[0].slots !== SLOTS) throw new Error('no worker was heard of yet');
    });
  });
  afterAll(() => system?.stop());

  /** Through any of the gateways. */
  const as = (tenant: Tenant, gateway = 0) =>
    new Client(system.gateways[gateway % system.gateways.length]!.url, { 'x-api-key': keyOf(tenant) });
  const operate = async (path: string, body?: object) => {
    const { status, body: answer } = await as('ops').post(`/api/v1/queues/${path}`, body);
    expect(status).toBe(200);
    return answer;
  };
  const statusOf = async (name: string) => {
    const { body } = await as('ops', 1).get('/api/v1/queues/status');
    return body.queues.find((queue: Answer['body']) => queue.name === `${name}_priority`);
  };

  test('a paused band waits while the others run, and goes on when it is resumed', async () => {
    const client = as('paused', 1);
    expect(await operate('low_priority/pause')).toEqual({ paused: [{ priority: 'low' }], draining: [] });
    await eventually(async () => expect((await statusOf('low')).paused).toBe(true));
    // Every worker has seen it a second later at the latest.
    await eventually(async () => {
      const id = await client.send('probe', { priority: 'low' });
      await client.ended(await client.send('goes on', { priority: 'normal' }));
      expect((await client.get(`/api/v1/messages/${id}`)).body.status).toBe('queued');
      await client.delete(`/api/v1/messages/${id}`);
    });
    const low = await client.send('waits', { priority: 'low' });
    await client.ended(await client.send('goes on', { priority: 'high' }));
    const { body } = await client.get(`/api/v1/messages/${low}`);
    expect(body).toMatchObject({
      status: 'queued',
      queue: { position: 1, exact: true, estimated_wait: null },
    });
    await eventually(async () =>
      expect(await statusOf('low')).toMatchObject({ paused: true, size: 1, processing_count: 0 }),
    );
    await operate('low/resume');
    expect((await client.ended(low)).status).toBe('completed');
  });

  test('everything can be paused, and one band of it resumed', async () => {
    await operate('pause');
    expect((await operate('resume', { priority: 'high' })).paused).toEqual([
      { priority: 'realtime' },
      { priority: 'normal' },
      { priority: 'low' },
    ]);
    const client = as('paused');
    const high = await client.send('runs', { priority: 'high' });
    expect((await client.ended(high)).status).toBe('completed');
    await operate('resume');
    await eventually(async () => expect((await statusOf('normal')).paused).toBe(false));
  });

  test('a drained band refuses and runs what waits', async () => {
    const client = as('paused', 1);
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => client.send('waits', { priority: 'normal' })),
    );
    await operate('drain', { priority: 'normal' });
    const refused = await eventually(async () => {
      const answer = await client.post('/api/v1/messages', { user_id: 'u', content: 'x' });
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(refused.body.code).toBe('draining');
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await client.send('other band', { priority: 'high' })).toMatch(/^msg_/);
    for (const id of ids) expect((await client.ended(id)).status).toBe('completed');
    await operate('resume');
    await eventually(() => client.send('again'));
  });

  test('only an operator may, and only what there is', async () => {
    expect((await as('paused').post('/api/v1/queues/pause', {})).body.code).toBe('forbidden');
    const answers = await Promise.all([
      as('ops').post('/api/v1/queues/lowest/pause', {}),
      as('ops').post('/api/v1/queues/pause', { lane: 'nowhere' }),
      as('ops').post('/api/v1/queues/pause', { band: 'low' }),
      as('ops').get('/api/v1/queues/stats?time_range=2h'),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, 'invalid_request'],
      [400, 'provider_unknown'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
    ]);
  });

  test('a full band answers 429 with an estimate, and what was accepted is not dropped', async () => {
    await operate('low/pause');
    const client = as('full');
    await eventually(async () => expect(await statusOf('low')).toMatchObject({ paused: true, size: 0 }));
    const accepted: string[] = [];
    const refused = await eventually(async () => {
      const answer = await client.post('/api/v1/messages', { user_id: 'u', content: 'x', priority: 'low' });
      if (answer.status === 201) accepted.push(answer.body.id);
      expect(answer.status).toBe(429);
      return answer;
    });
    expect(refused.body).toMatchObject({ code: 'queue_full', seed_code: 1007, estimated_wait: null });
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(accepted.length).toBeGreaterThanOrEqual(5);
    await operate('resume');
    for (const id of accepted) expect((await client.ended(id)).status).toBe('completed');
    await eventually(() => client.send('room again', { priority: 'low' }));
  });

  test('a conversation takes so many turns at once, and says how many come before', async () => {
    const client = as('turns');
    const { body: conversation } = await client.post('/api/v1/conversations', { user_id: 'u' });
    const path = `/api/v1/conversations/${conversation.id}/messages`;
    await operate('normal/pause');
    await eventually(async () => expect((await statusOf('normal')).paused).toBe(true));
    const answers: Answer[] = [];
    for (let i = 0; i < 5; i += 1) answers.push(await client.post(path, { content: `turn ${i}` }));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    expect(answers.slice(0, 3).map(({ body }) => body.queue.turns_ahead)).toEqual([0, 1, 2]);
    expect(answers[3]!.body.code).toBe('conversation_full');
    expect(answers[3]!.headers.get('retry-after')).toBe('5');
    const { body } = await client.get(`/api/v1/messages/${answers[2]!.body.id}`);
    expect(body.queue).toMatchObject({ turns_ahead: 2, estimated_wait: null });
    await operate('resume');
    for (const { body: turn } of answers.slice(0, 3)) await client.ended(turn.id);
    expect((await client.post(path, { content: 'goes on' })).status).toBe(201);
  });

  test('status and statistics have true numbers, of the tenant alone', async () => {
    const client = as('numbers');
    const sent = ['high', 'high', 'high', 'low', 'low'] as const;
    const ids = [];
    for (const priority of sent) ids.push(await client.send('count me', { priority }));
    const failing = await client.post('/api/v1/messages', {
      user_id: 'u',
      content: 'fails',
      max_retries: 0,
      metadata: { simulate: { error: 'provider_rejected' } },
    });
    for (const id of [...ids, failing.body.id]) await client.ended(id);
    await eventually(async () => {
      const { body } = await client.get('/api/v1/queues/stats?time_range=6h');
      expect(body).toMatchObject({
        time_range: '6h',
        stats: { total_messages: 6, processed_messages: 5, failed_messages: 1, error_rate: 0.167 },
        priority_breakdown: { high: { count: 3, percentage: 50 }, low: { count: 2 }, realtime: { count: 0 } },
      });
      const { min_processing_time, avg_wait_time, throughput_per_minute } = body.stats;
      expect(parseFloat(min_processing_time)).toBeGreaterThan(0);
      expect([typeof avg_wait_time, typeof throughput_per_minute]).toEqual(['string', 'number']);
    });
    const { body: low } = await client.get('/api/v1/queues/stats?queue_name=low_priority');
    expect(low).toMatchObject({
      queue_name: 'low_priority',
      stats: { total_messages: 2, processed_messages: 2 },
    });
    expect((await as('other').get('/api/v1/queues/stats')).body.stats.total_messages).toBe(0);
    const { body: status } = await client.get('/api/v1/queues/status');
    expect(status).toMatchObject({ total_processed: 5, total_failed: 1 });
    expect(status.queues.map(({ priority, max_size }: Answer['body']) => [priority, max_size])).toEqual([
      [1, 1_000],
      [2, 5_000],
      [3, 10_000],
      [4, 5],
    ]);
  });

  test('a stream that waits says where and for how long, and is a stream of events all the same', async () => {
    const client = as('streams');
    await operate('normal/pause');
    await eventually(async () => expect((await statusOf('normal')).paused).toBe(true));
    const [, id] = [await client.send('first'), await client.send('second')];
    const comments: string[] = [];
    const events: string[] = [];
    const parser = createParser({
      onEvent: ({ event }) => events.push(event ?? ''),
      onComment: (comment) => {
        comments.push(comment);
        if (comments.length === 2) void operate('resume');
      },
    });
    const url = `${client.url}/api/v1/messages/${id}/stream`;
    const response = await fetch(url, { headers: { 'x-api-key': keyOf('streams') } });
    const decoder = new TextDecoder();
    for await (const bytes of response.body!)
      parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
    expect(events).toEqual(['started', 'delta', 'end']);
    expect(comments[0]).toBe('waiting position=2 estimated_wait_ms=unknown');
  });

  test('in a steady load the estimate is the wait, to half of it', async () => {
    const client = as('steady', 1);
    const ratios: number[] = [];
    // Whoever has an answer asks again: as much waits all the time, however fast the machine is.
    const ask = async (round: number) => {
      const { status, body } = await client.post('/api/v1/messages', { user_id: 'u', content: 'steady' });
      expect(status).toBe(201);
      for await (const { event } of client.stream(body.id)) if (event === 'end') break;
      const wait = waitOf(await client.ended(body.id));
      const { estimated_wait_ms: estimate } = body.queue;
      if (round >= 2 && estimate !== null && wait > 200) ratios.push(estimate / wait);
    };
    const people = Array.from({ length: 45 }, async () => {
      for (let round = 0; round < 5; round += 1) await ask(round);
    });
    await Promise.all(people);
    expect(ratios.length).toBeGreaterThan(80);
    const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)];
    expect(median).toBeGreaterThan(0.5);
    expect(median).toBeLessThan(1.5);
  });
});

describe('pauses', () => {
  test('outlive every process', async () => {
    const system = await startSystem('shared', { API_KEYS });
    const operator = () => new Client(system.gateways[0]!.url, { 'x-api-key': keyOf('ops') });
    await operator().post('/api/v1/queues/pause', {});
    await system.terminate(system.members[0]!);
    await system.start('server');
    const id = await operator().send('waits');
    const { body } = await operator().get('/api/v1/queues/status');
    expect(body.queues.every(({ paused }: Answer['body']) => paused)).toBe(true);
    await operator().post('/api/v1/queues/resume', {});
    expect((await operator().ended(id)).status).toBe('completed');
    await system.stop();
  });
});
