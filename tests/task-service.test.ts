import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { CallbackReceiver } from './support/callback-receiver.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

/** What its clients send, as they were told to, without a key. */
describe.each(PROFILES)('a service for tasks (%s)', (topology) => {
  let system: System;
  let receiver: CallbackReceiver;
  let client: TaskClient;

  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    system = await startSystem(topology, {
      SIMULATOR_DELAY: '1ms',
      WEBHOOK_ALLOWED_HOSTS: 'rule-worker, 127.0.0.1',
      WEBHOOK_POLL: '25ms',
      LLM_MAX_WORKERS: '10',
      LLM_TASK_TIMEOUT: '5m',
    });
    client = new TaskClient(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await receiver?.die();
  });

  test('takes a task and gives its result', async () => {
    const { status, body } = await client.post('/api/v1/tasks', {
      type: 'semantic_analysis',
      prompt: '请分析以下文本的语义',
      data: { text: '这是需要分析的文本内容' },
      priority: 'normal',
      config: { timeout: '60s', cache_enabled: true },
    });
    expect({ status, body }).toMatchObject({ status: 201, body: { status: 'queued' } });
    const task = await client.done(body.task_id);
    expect(task).toMatchObject({ status: 'completed', data: { text: '这是需要分析的文本内容' } });
    expect(task.result_data).toEqual(JSON.parse(task.result));
  });

  test('processes while the caller waits', async () => {
    const { status, body } = await client.post('/api/v1/process/sync', {
      type: 'data_cleaning',
      prompt: '请清洗以下数据',
      data: [{ name: ' ada ' }],
      config: { timeout: '120s' },
    });
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'completed' } });
    expect(body.data).toEqual(JSON.parse(body.result));
  });

  test('takes many at once', async () => {
    const tasks = [
      { type: 'semantic_analysis', prompt: '分析文本1', data: { text: '1' } },
      { type: 'data_cleaning', prompt: '清洗数据2', data: { text: '2' } },
    ];
    const { status, body } = await client.post('/api/v1/tasks/batch', { tasks });
    expect(status).toBe(200);
    const ids = body.results.map(({ task_id }: { task_id: string }) => task_id);
    for (const id of ids) expect(await client.done(id)).toMatchObject({ status: 'completed' });
  });

  test('calls back another service', async () => {
    const id = await client.submit({
      type: 'category_match',
      prompt: '请分析这些分类数据',
      data: [{ name: 'fruit' }],
      callback_url: receiver.url('/llm-callback'),
    });
    await eventually(() => {
      const { event_type, task_id, data } = receiver.taken(id).at(-1)!;
      expect({ event_type, task_id }).toEqual({ event_type: 'completed', task_id: id });
      expect(data).toEqual({ matches: expect.any(Array) });
    });
    const inside = { type: 'custom', prompt: 'x', callback_url: 'http://rule-worker:8080/llm-callback' };
    expect((await client.post('/api/v1/tasks', inside)).status).toBe(201);
  });

  test('says whether it lives, and whether it can serve', async () => {
    expect(await client.get('/health')).toMatchObject({
      status: 200,
      body: {
        status: 'healthy',
        service: 'llm-message-queue',
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        timestamp: expect.stringMatching(/^\d{4}-/),
      },
    });
    const { status, body } = await client.get('/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ timestamp: expect.any(String), available_providers: 1 });
    expect(body.running_tasks).toBeGreaterThanOrEqual(0);
    await eventually(async () =>
      expect((await client.get('/ready')).body.total_tasks).toBeGreaterThanOrEqual(5),
    );
  });

  test('says how its providers are doing', async () => {
    expect((await client.get('/api/v1/providers')).body).toEqual({ providers: ['simulator'] });
    const expected = () => ({
      name: 'simulator',
      available: true,
      error_count: expect.any(Number),
      success_count: expect.any(Number),
      rate_limit_hits: 0,
      current_load: expect.any(Number),
      metrics: expect.objectContaining({ success_rate: 1 }),
      models: [expect.objectContaining({ id: 'simulator-1', name: 'simulator-1', supports_stream: true })],
    });
    expect((await client.get('/api/v1/providers/simulator/status')).body).toMatchObject(expected());
    expect((await client.get('/api/v1/providers/status')).body.simulator).toMatchObject(expected());
  });

  test('counts what it has done', async () => {
    const id = await client.submit({ metadata: { simulate: { fail: 'provider_rate_limited', times: 1 } } });
    await client.done(id);
    await eventually(async () => {
      const stats = (await client.get('/api/v1/stats')).body;
      expect(stats).toMatchObject({ total_tasks: stats.completed_tasks, failed_tasks: 0, running_tasks: 0 });
    });
    const { body } = await client.get('/api/v1/metrics');
    expect(body.scheduler.total_tasks).toBeGreaterThanOrEqual(6);
    expect(body.server).toMatchObject({ error_count: 0, uptime: expect.any(String) });
    for (const name of ['request_count', 'active_connections', 'memory_usage_bytes'])
      expect(body.server[name], name).toBeGreaterThan(0);
    expect(body.system).toMatchObject({ cpu_usage: expect.any(Number), memory_usage: expect.any(Number) });
    expect(body.application).toMatchObject({ requests_per_second: expect.any(Number), queue_depth: 0 });
    const kinds = [body.database.connections_idle, body.redis?.connected_clients].map(
      (value) => typeof value,
    );
    expect(kinds).toEqual(topology === 'embedded' ? ['object', 'undefined'] : ['number', 'number']);
    expect(body.providers.simulator).toMatchObject({
      name: 'simulator',
      error_count: body.providers.simulator.rate_limit_hits,
      average_latency: expect.stringMatching(/ms$|s$/),
      total_cost: 0,
    });
    // Each worker process has a simulator of its own, which fails once.
    expect([1, 2]).toContain(body.providers.simulator.rate_limit_hits);
    const text = await client.get('/api/v1/metrics?format=prometheus');
    expect(text.headers.get('content-type')).toContain('text/plain');
    expect(text.body).toContain('llmq_http_request_duration_seconds');
  });
});
