import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Balancer } from './support/balancer.js';
import { PROFILES, startSystem, type System } from './support/system.js';

/** A client as the documentation of an older message queue shows it: fetch, plain JSON, and nothing else. */
class QueueServiceClient {
  constructor(private readonly base: string) {}

  async call(method: string, path: string, body?: object) {
    const response = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any };
  }
}

describe.each(PROFILES)('a client of the older message queue (%s)', (topology) => {
  let system: System;
  let proxy: Balancer;
  let client: QueueServiceClient;

  beforeAll(async () => {
    system = await startSystem(topology);
    proxy = await Balancer.start(system.gateways.map(({ url }) => url));
    client = new QueueServiceClient(proxy.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await system?.stop();
  });

  const completed = (id: string) =>
    eventually(async () => {
      const { body } = await client.call('GET', `/messages/${id}`);
      expect(body.status).toBe('completed');
      return body;
    });

  test('sends a message and reads what became of it', async () => {
    const sent = { user_id: 'user123', content: '这是一条测试消息', priority: 'high' };
    const { status, body } = await client.call('POST', '/messages', sent);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...sent, queue_name: 'high_priority', retry_count: 0, max_retries: 3 });
    expect(await completed(body.id)).toMatchObject({ id: body.id, reply: { content: expect.any(String) } });
  });

  test.each([1, 2, 3, 4, 'realtime', 'normal', 'low', 'urgent'])(
    'priority %j is understood',
    async (priority) => {
      const { status } = await client.call('POST', '/messages', { user_id: 'u', content: 'x', priority });
      expect(status).toBe(201);
    },
  );

  test('makes a conversation, talks in it, and ends it', async () => {
    const { status, body } = await client.call('POST', '/conversations', {
      user_id: 'user123',
      title: '测试对话',
      metadata: { source: 'web' },
    });
    expect([status, body.title, body.state]).toEqual([201, '测试对话', 'active']);
    const said = await client.call('POST', `/conversations/${body.id}/messages`, {
      content: '这是对话中的一条消息',
    });
    expect(said.status).toBe(201);
    await completed(said.body.id);
    const read = await client.call('GET', `/conversations/${body.id}`);
    expect(read.body).toMatchObject({ id: body.id, message_count: 1 });
    const ended = await client.call('PUT', `/conversations/${body.id}/state`, { state: 'completed' });
    expect(ended.status).toBe(200);
    const mine = await client.call('GET', '/users/user123/conversations');
    expect(mine.body.conversations.map(({ id }: { id: string }) => id)).toContain(body.id);
  });

  test.each(['page=1&page_size=5', 'limit=5&offset=0', 'limit=5', 'sort=created_at&order=asc&page=1'])(
    'lists with ?%s',
    async (query) => {
      const messages = await client.call('GET', `/messages?user_id=user123&${query}`);
      expect([messages.status, messages.body.messages.length]).toEqual([200, expect.any(Number)]);
      expect(messages.body.pagination).toBeDefined();
      expect((await client.call('GET', `/conversations?${query}`)).status).toBe(200);
    },
  );

  test('looks at queues, health, statistics and the configuration', async () => {
    // Nobody knows the load before the first worker has told of it.
    await eventually(async () => {
      const { body } = await client.call('GET', '/queues/status');
      expect(body.queues.map(({ priority }: { priority: number }) => priority)).toEqual([1, 2, 3, 4]);
      expect(body).toMatchObject({ total_size: expect.any(Number), system_load: expect.any(Number) });
    });
    const stats = (await client.call('GET', '/queues/stats?time_range=1h')).body;
    expect(stats).toMatchObject({ time_range: '1h', stats: { total_messages: expect.any(Number) } });
    const health = (await client.call('GET', '/health')).body;
    expect(health).toMatchObject({ status: expect.any(String), components: { database: {} } });
    const config = (await client.call('GET', '/config')).body;
    expect(config).toMatchObject({ server: {}, queue: {}, scheduler: {}, loadbalancer: {} });
  });

  test('keeps the rules of the preprocessor that it adds', async () => {
    const rule = { pattern: '^urgent', priority: 'high', rule: 'urgent words', condition: '' };
    const { status } = await client.call('POST', '/admin/preprocessor/rules', rule);
    expect(status).toBe(201);
    const { rules } = (await client.call('GET', '/admin/preprocessor/rules')).body;
    expect(rules).toEqual(expect.arrayContaining([expect.objectContaining({ pattern: '^urgent' })]));
    const user = { user_id: 'vip', priority: 'high' };
    expect((await client.call('POST', '/admin/preprocessor/user-priorities', user)).status).toBe(200);
    const sent = await client.call('POST', '/messages', { user_id: 'vip', content: 'hello' });
    expect(sent.body.priority).toBe('high');
  });

  test('names conversations that nobody has begun, as the samples of its documentation do', async () => {
    const say = (conversation_id: string, priority: string) =>
      client.call('POST', '/messages', {
        conversation_id,
        user_id: 'user_456',
        content: 'Hello World',
        priority,
      });
    const before = (await client.call('GET', '/conversations/conv_123')).body.message_count ?? 0;
    const load = Array.from({ length: 20 }, () => ['conv_123', 'normal'] as const);
    const samples = [...load, ['conv_7', 'urgent'], ['conv_999', 'low']] as const;
    const answers = await Promise.all(samples.map(([id, priority]) => say(id, priority)));
    expect(answers.map(({ status }) => status)).toEqual(samples.map(() => 201));
    for (const { body } of answers) await completed(body.id);
    const { body } = await client.call('GET', '/conversations/conv_123');
    expect(body).toMatchObject({
      id: 'conv_123',
      user_id: 'user_456',
      message_count: before + 20,
      state: 'active',
    });
  });

  test('gets an error that says what is wrong', async () => {
    const { status, body } = await client.call('POST', '/messages', { user_id: 'u', content: '' });
    expect([status, body.code, body.seed_code]).toEqual([400, expect.any(String), 1001]);
    expect((await client.call('GET', '/messages/nothing')).status).toBe(404);
    expect((await client.call('GET', '/conversations/nothing')).status).toBe(404);
  });
});
