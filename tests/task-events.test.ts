import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TaskEvent } from '#contracts';
import { RedisConnections } from '#redis';
import { RedisTaskEvents } from '#streaming';
import { eventually } from '#testing';
import { startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

/** Where there are several processes, any of them may listen; here the test is one of them. */
describe.each(['shared', 'fleet'] as const)('news of tasks (%s)', (topology) => {
  let system: System;
  let connections: RedisConnections;
  let client: TaskClient;
  const heard: TaskEvent[] = [];
  const of = (id: string) => heard.filter(({ task_id }) => task_id === id);

  beforeAll(async () => {
    system = await startSystem(topology, { SIMULATOR_DELAY: '1ms' });
    client = new TaskClient(system.gateways[0]!.url);
    const { REDIS_URL, REDIS_PREFIX } = system.env;
    connections = new RedisConnections(REDIS_URL!, REDIS_PREFIX!, () => undefined);
    await connections.waitUntilReady(10_000);
    new RedisTaskEvents(connections, () => undefined).listen('default', (event) => heard.push(event));
    // Listening begins a moment after it was asked for.
    await eventually(async () => {
      const id = await done();
      await eventually(() => requireNews(id), { timeoutMs: 500 });
    });
  });
  afterAll(async () => {
    connections?.close();
    await system?.stop();
  });

  function requireNews(id: string): void {
    if (of(id).length === 0) throw new Error(`nothing was told of ${id}`);
  }

  async function done(task: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const id = await client.submit(task);
    await client.done(id);
    return id;
  }

  test('tell its start, how far it is, and its result', async () => {
    const simulate = { chunks: 20, delay_ms: 150 };
    const id = await done({ config: { max_tokens: 200 }, metadata: { simulate } });
    await expect.poll(() => of(id).at(-1)?.event_type).toBe('completed');
    const { result } = (await client.task(id)).body;
    const types = of(id).map(({ event_type }) => event_type);
    expect(types[0]).toBe('started');
    expect(types).toContain('progress');
    expect(of(id).at(-1)).toMatchObject({ status: 'completed', progress: 100, data: result });
  });

  test('tell what failed, what was cancelled while it waited, and nothing of other messages', async () => {
    const failed = await done({ metadata: { simulate: { fail: 'provider_rejected' } } });
    await expect.poll(() => of(failed).at(-1)).toMatchObject({ event_type: 'failed', status: 'failed' });
    await client.post('/api/v1/queues/pause', { priority: 'low' });
    const waiting = await client.submit({ priority: 'low' });
    await client.delete(`/api/v1/tasks/${waiting}`);
    await expect.poll(() => of(waiting)).toMatchObject([{ event_type: 'failed', status: 'cancelled' }]);
    const before = heard.length;
    await client.ended(await client.send('no task'));
    expect(heard.length).toBe(before);
  });
});
