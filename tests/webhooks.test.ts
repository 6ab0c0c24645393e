import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { CallbackReceiver, type Received } from './support/callback-receiver.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

const KEYS = { mine: 'key-of-the-tenant-mine', theirs: 'key-of-the-tenant-theirs' };
const SECRET = Buffer.from('a secret of the tests').toString('base64');
const ENV = {
  API_KEYS: Object.entries(KEYS)
    .map(([name, key]) => `${name}:${key}:${name}:read+write`)
    .join(','),
  WEBHOOK_SECRETS: `whsec_${SECRET}`,
  WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  WEBHOOK_POLL: '25ms',
  WEBHOOK_TIMEOUT: '1s',
  WEBHOOK_MAX_OPEN_TIME: '500ms',
  WEBHOOK_RETRY_SCHEDULE: '50ms,100ms,200ms',
  SIMULATOR_DELAY: '1ms',
  SIMULATOR_CHUNKS: '2',
  LOG_LEVEL: 'debug',
};

let paths = 0;
const newPath = () => `/callback-${(paths += 1)}`;

describe.each(PROFILES)('callbacks (%s)', (topology) => {
  let system: System;
  let receiver: CallbackReceiver;
  const as = (name: keyof typeof KEYS = 'mine') =>
    new TaskClient(system.gateways[0]!.url, { 'x-api-key': KEYS[name] });

  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    system = await startSystem(topology, ENV);
  });
  afterAll(async () => {
    await system?.stop();
    await receiver?.die();
  });

  const submit = (path: string, more: Readonly<Record<string, unknown>> = {}) =>
    as().submit({ callback_url: receiver.url(path), ...more });
  const deliveriesOf = async (id: string, by = as()) =>
    (await by.get(`/api/v1/webhooks/deliveries?task_id=${id}&order=asc`)).body.deliveries;
  /** What was told of a task, once the last of it was taken. */
  const told = (id: string, last: string) =>
    eventually(() => {
      const events = receiver.taken(id);
      expect(events.at(-1)?.event_type).toBe(last);
      return events;
    });

  test('tell that a task has started and completed, in order, in the words of the receiver', async () => {
    const path = newPath();
    const id = await submit(path, { callback_token: 'of-the-receiver' });
    const events = await told(id, 'completed');
    expect(events.map(({ event_type }) => event_type)).toEqual(['started', 'completed']);
    expect(events[0]).toMatchObject({ task_id: id, status: 'running' });
    const task = await as().done(id);
    expect(events[1]).toEqual({
      event_type: 'completed',
      task_id: id,
      status: 'completed',
      progress: 100,
      data: task.result,
      metadata: { token_usage: task.token_usage, duration: expect.stringMatching(/^\d+(\.\d+)?s$/) },
      timestamp: expect.stringMatching(/^\d{4}-/),
    });
    for (const one of receiver.at(path)) {
      expect(one.headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': 'LLM-Service-Webhook/1.0',
        authorization: 'Bearer of-the-receiver',
      });
      requireSigned(one);
    }
    const ids = receiver.at(path).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
  });

  test('hold the result as what it is', async () => {
    const id = await submit(newPath(), { type: 'category_match', prompt: 'Which?', data: ['a'] });
    const events = await told(id, 'completed');
    expect(events.at(-1)!.data).toEqual({ matches: expect.any(Array) });
  });

  test('tell why a task failed, or that it was cancelled', async () => {
    const simulate = { fail: 'provider_rejected' };
    const failed = await submit(newPath(), { metadata: { simulate } });
    expect((await told(failed, 'failed')).at(-1)).toMatchObject({
      status: 'failed',
      error: expect.any(String),
      error_code: 'provider_rejected',
    });
    const cancelled = await submit(newPath(), { metadata: { simulate: { hang: true } } });
    await told(cancelled, 'started');
    await as().delete(`/api/v1/tasks/${cancelled}`);
    expect((await told(cancelled, 'failed')).at(-1)).toMatchObject({ status: 'cancelled' });
  });

  test('tell how a task is doing', async () => {
    const simulate = { chunks: 20, delay_ms: 100 };
    const id = await submit(newPath(), { config: { max_tokens: 200 }, metadata: { simulate } });
    const events = await told(id, 'completed');
    const progress = events.filter(({ event_type }) => event_type === 'progress');
    expect(progress.length).toBeGreaterThan(0);
    for (const event of progress) {
      expect(event).toMatchObject({ status: 'running', data: expect.any(String) });
      expect(event.progress).toBeGreaterThan(0);
    }
  });

  test('are sent again, with the same id, until they are taken', async () => {
    const path = newPath();
    receiver.behave(path, { failures: 2 });
    const id = await submit(path);
    expect((await told(id, 'completed')).map(({ event_type }) => event_type)).toEqual([
      'started',
      'completed',
    ]);
    const ids = receiver.at(path).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(4);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    const [started, completed] = await eventually(async () => {
      const deliveries = await deliveriesOf(id);
      expect(deliveries[1]?.state).toBe('delivered');
      return deliveries;
    });
    expect(started).toMatchObject({ event_type: 'started', attempts: 3, last_response: 204 });
    expect(completed).toMatchObject({ event_type: 'completed', attempts: 1, next_attempt_at: null });
  });

  test('to a dead receiver are given up, kept, and sent again when somebody asks', async () => {
    const dead = await CallbackReceiver.start();
    await dead.die();
    const id = await as().submit({ callback_url: dead.url('/dead') });
    const completed = await eventually(
      async () => {
        const last = (await deliveriesOf(id)).at(-1);
        expect(last).toMatchObject({ event_type: 'completed', state: 'failed', last_response: null });
        return last;
      },
      { timeoutMs: 60_000 },
    );
    expect(completed.attempts).toBe(4);
    await dead.revive();
    const again = `/api/v1/webhooks/deliveries/${completed.id}/redeliver`;
    expect((await as('theirs').post(again, {})).status).toBe(404);
    expect(await as().post(again, {})).toMatchObject({ status: 200, body: { state: 'pending' } });
    await eventually(
      () => expect(dead.taken(id).map(({ event_type }) => event_type)).toEqual(['completed']),
      {
        timeoutMs: 30_000,
      },
    );
    expect(dead.received[0]!.headers['webhook-id']).toBe(completed.id);
    await dead.die();
  }, 120_000);

  test('to a receiver that hangs keep nobody else waiting', async () => {
    const hanging = await CallbackReceiver.start();
    hanging.behave('/hang', 'hang');
    const stuck = await Promise.all(
      Array.from({ length: 40 }, () => as().submit({ callback_url: hanging.url('/hang') })),
    );
    await eventually(() => expect(hanging.received.length).toBeGreaterThan(0));
    const startedAt = performance.now();
    const ids = await Promise.all(Array.from({ length: 20 }, () => submit(newPath())));
    for (const id of ids) await told(id, 'completed');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    for (const id of stuck) expect(await as().done(id)).toMatchObject({ status: 'completed' });
    await hanging.die();
  });

  test('are listed for their tenant, by their state and event', async () => {
    const id = await submit(newPath());
    await told(id, 'completed');
    const list = async (query: string, by = as()) =>
      (await by.get(`/api/v1/webhooks/deliveries?task_id=${id}&${query}`)).body;
    await eventually(async () => expect((await list('state=delivered')).deliveries).toHaveLength(2));
    expect((await list('event=started')).deliveries).toMatchObject([
      { id: expect.stringMatching(/^dlv_[0-9a-f]{32}$/), task_id: id, event_type: 'started', attempts: 1 },
    ]);
    expect((await list('limit=1')).pagination).toMatchObject({ has_more: true });
    expect((await list('', as('theirs'))).deliveries).toEqual([]);
    const [one] = (await list('')).deliveries;
    expect((await as().get(`/api/v1/webhooks/deliveries/${one.id}`)).body).toEqual(one);
    expect((await as('theirs').get(`/api/v1/webhooks/deliveries/${one.id}`)).status).toBe(404);
    expect((await as().get('/api/v1/webhooks/deliveries?state=lost')).status).toBe(400);
  });

  test('keep their secrets', async () => {
    const path = `${newPath()}?key=secret-of-the-query`;
    const secrets = ['secret-of-the-token', 'secret-of-the-header', SECRET, 'a secret of the tests'];
    const callback = {
      url: receiver.url(path),
      token: secrets[0]!,
      headers: { 'X-Secret': secrets[1]! },
    };
    const id = await as().submit({ callback });
    await told(id, 'completed');
    expect(receiver.at(path)[0]!.headers).toMatchObject({
      authorization: 'Bearer secret-of-the-token',
      'x-secret': 'secret-of-the-header',
    });
    const task = await as().task(id);
    expect(task.body).toMatchObject({ callback_token: '***', callback_headers: { 'X-Secret': '***' } });
    const message = await as().get(`/api/v1/messages/msg_${id.slice(5).replaceAll('-', '')}`);
    const answers = [task, message, await as().get('/api/v1/tasks'), await deliveriesOf(id)];
    const written = JSON.stringify(answers) + system.members.map(({ log }) => log).join('\n');
    for (const secret of secrets) expect(written).not.toContain(secret);
    expect(system.members.map(({ log }) => log).join('\n')).not.toContain('secret-of-the-query');
  });
});

/** What Standard Webhooks asks of a receiver. */
function requireSigned({ headers, body }: Received): void {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  expect(Math.abs(Number(timestamp) - Date.now() / 1_000)).toBeLessThan(60);
  const key = Buffer.from(SECRET, 'base64');
  const expected = createHmac('sha256', key)
    .update(`${String(id)}.${String(timestamp)}.${body}`)
    .digest('base64');
  expect(signature).toBe(`v1,${expected}`);
}

describe.each(PROFILES)('callbacks and kill -9 (%s)', (topology) => {
  let system: System;
  let receiver: CallbackReceiver;

  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    // Nothing is delivered before everything was killed.
    system = await startSystem(topology, { ...ENV, WEBHOOK_POLL: '1m', SIMULATOR_DELAY: '20ms' });
  });
  afterAll(async () => {
    await system?.stop();
    await receiver?.die();
  });

  test('no task that has completed is without its callback', async () => {
    const client = new TaskClient(system.gateways[0]!.url, { 'x-api-key': KEYS.mine });
    const ids = await Promise.all(
      Array.from({ length: 60 }, () => client.submit({ callback_url: receiver.url('/killed') })),
    );
    await Promise.all(ids.slice(0, 10).map((id) => client.done(id)));
    const roles = system.members.map(({ role }) => role);
    await Promise.all([...system.members].map((member) => system.kill(member)));
    expect(receiver.received).toEqual([]);
    await Promise.all(roles.map((role) => system.start(role, { WEBHOOK_POLL: '25ms' })));
    await eventually(
      () => {
        const done = receiver.received.filter(({ event }) => event.event_type === 'completed');
        expect(new Set(done.map(({ event }) => event.task_id))).toEqual(new Set(ids));
      },
      { timeoutMs: 60_000 },
    );
  }, 120_000);
});
