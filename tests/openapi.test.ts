import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOutside } from '../apps/api-gateway/src/openapi/outside.js';
import { openApi } from '../scripts/docs/api.js';
import { CallbackReceiver } from './support/callback-receiver.js';
import { DocumentedClient } from './support/documented-client.js';
import { openAiEnv } from './support/openai-env.js';
import { routeTable } from './support/route-table.js';
import { startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const document = JSON.parse(openApi()) as { paths: Record<string, Record<string, Operation>> };

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    key: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);

describe('the OpenAPI document', () => {
  test('is one, as a validator sees it', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test('has every route of a gateway, and no other', async () => {
    const routes = await routeTable();
    const inside = routes.filter((route) => !isOutside(route) || route === 'POST /api/chat');
    const described = operations.map(({ key }) => key.replaceAll(/\{(\w+)\}/g, ':$1'));
    expect(described.length).toBeGreaterThan(80);
    // What is no method of a path of the Centrifuge doors is answered with 405.
    const real = new Set(
      inside.filter((route) => !/^\S+ \/(api\/chat|emulation|connection\/\w+)$/.test(route)),
    );
    expect([...real, 'POST /api/chat'].toSorted()).toEqual(described.toSorted());
  }, 120_000);

  test('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** A good body may be about what is not there, or is there already. */
const UNDERSTOOD = /^fine$|_not_found$|_exists$|^(address_refused|capacity_exceeded|redrive_running)$/;

const KEYS = { all: 'key-that-may-do-everything', reader: 'key-that-may-only-read' };
const API_KEYS = `all:${KEYS.all}:mine:read+write+admin,reader:${KEYS.reader}:mine:read`;

describe('the answers of a gateway are as the document says', () => {
  let upstream: FakeUpstream;
  let receiver: CallbackReceiver;
  let system: System;
  let api: DocumentedClient;

  beforeAll(async () => {
    [upstream, receiver] = await Promise.all([startFakeUpstream(), CallbackReceiver.start()]);
    const env = { WEBHOOK_ALLOW_PRIVATE: 'true', ENDPOINTS_ALLOW_PRIVATE: 'true' };
    system = await startSystem('embedded', { ...openAiEnv(upstream), API_KEYS, ...env });
    api = new DocumentedClient(system.gateways[0]!.url, { 'x-api-key': KEYS.all }, document);
  });
  afterAll(async () => {
    await system?.stop();
    await receiver?.die();
    await upstream?.close();
  });

  const id = (of: { body: { id: string } }) => ({ path: { id: of.body.id } });

  /** An answer whose body has not come yet. */
  async function read(path: string) {
    const options = { headers: { 'x-api-key': KEYS.all }, signal: AbortSignal.timeout(20_000) };
    const response = await fetch(system.gateways[0]!.url + path, options);
    return { status: response.status, headers: response.headers, text: () => response.text() };
  }

  /** A message that failed for good. */
  async function dead() {
    upstream.behave({ status: 400 });
    const message = await api.call('POST /api/v1/messages', { body: { user_id: 'u', content: 'Fail' } });
    expect(await api.ended(message.body.id)).toMatchObject({ status: 'failed' });
    upstream.behave({});
    return message;
  }

  test('of the document and the pages themselves', async () => {
    expect((await api.get('/openapi.json')).body).toEqual(document);
  });

  test('about the system', async () => {
    for (const path of ['/health', '/ready', '/api/v1/health', '/metrics']) await api.call(`GET ${path}`);
    await api.call('GET /errors/{code}', { path: { code: 'shed' } });
    await api.call('GET /errors/{code}', { path: { code: 'none' } });
  });

  test('about messages', async () => {
    const message = await api.call('POST /api/v1/messages', {
      body: { user_id: 'u', content: 'Hello', priority: 1, parameters: { temperature: 0 }, timeout: 30_000 },
    });
    await api.call('GET /api/v1/messages/{id}/stream', id(message));
    await api.ended(message.body.id);
    const seen = await api.call('GET /api/v1/messages/{id}', id(message));
    expect(seen.body.reply.content).toBe('Hello');
    const after = await api.call('GET /api/v1/messages/{id}/stream', {
      ...id(message),
      query: '?last_event_id=999',
    });
    expect(after.status).toBe(204);
    await api.call('GET /api/v1/messages', { query: '?page=1&page_size=5' });
    await api.call('DELETE /api/v1/messages/{id}', id(message));
    await api.call('POST /api/v1/messages', { body: { user_id: 'u', content: '' } });
    await api.call('GET /api/v1/messages/{id}', { path: { id: 'msg_none' } });
  });

  test('about messages that wait, and batches', async () => {
    const later = { user_id: 'u', content: 'Later', delay: '1h' };
    const waiting = await api.call('POST /api/v1/messages', { body: later });
    await api.call('PATCH /api/v1/messages/{id}', { ...id(waiting), body: { priority: 'low' } });
    await api.call('DELETE /api/v1/messages/{id}', id(waiting));
    const whole = await api.call('POST /api/v1/messages/batch', { body: { messages: [later, later] } });
    expect(whole.status).toBe(201);
    const partly = await api.call('POST /api/v1/messages/batch', { body: { messages: [later, {}] } });
    expect(partly.status).toBe(200);
  });

  test('about messages that others run', async () => {
    const low = { body: { priority: 'low' } };
    await api.call('POST /api/v1/queues/pause', low);
    const mine = { user_id: 'u', content: 'Mine', priority: 'low' };
    const message = await api.call('POST /api/v1/messages', { body: mine });
    const report = (body: unknown) => api.call('PUT /api/v1/messages/{id}/status', { ...id(message), body });
    expect((await report({ status: 'processing' })).status).toBe(200);
    expect((await report({ status: 'completed', reply: { content: 'Done' } })).status).toBe(200);
    expect((await report({ status: 'pending' })).status).toBe(409);
    await api.call('POST /api/v1/queues/resume', low);
  });

  test('about conversations', async () => {
    const conversation = await api.call('POST /api/v1/conversations', { body: { user_id: 'u', title: 'T' } });
    const turn = { ...id(conversation), body: { content: 'Hello' } };
    await api.call('POST /api/v1/conversations/{id}/messages', turn);
    await api.call('GET /api/v1/conversations');
    await api.call('GET /api/v1/users/{user_id}/conversations', { path: { user_id: 'u' } });
    await api.call('GET /api/v1/conversations/{id}', id(conversation));
    await api.call('PUT /api/v1/conversations/{id}', { ...id(conversation), body: { metadata: { a: 1 } } });
    const archived = { ...id(conversation), body: { state: 'archived' } };
    await api.call('PUT /api/v1/conversations/{id}/state', archived);
    expect((await api.call('POST /api/v1/conversations/{id}/messages', turn)).status).toBe(409);
  });

  test('about sessions and chats', async () => {
    const session = await api.call('POST /api/v1/sessions', { body: { session_id: 'one' } });
    expect((await api.call('POST /api/v1/sessions', { body: { session_id: 'one' } })).status).toBe(200);
    await api.call('POST /api/v1/sessions/{id}/messages', { ...id(session), body: { content: 'Hello' } });
    await api.call('GET /api/v1/sessions');
    await api.call('GET /api/v1/sessions/{id}', id(session));
    // Closed once it is open, it comes to its end.
    const { status, headers, text } = await read('/sse/one');
    await api.call('POST /api/v1/sessions/{id}/close', id(session));
    api.check('GET /sse/{sessionId}', { status, headers, body: await text() });
    await api.call('GET /sse/{sessionId}', { path: { sessionId: 'none' } });
    await api.call('DELETE /api/v1/sessions/{id}', id(session));
    await api.call('POST /api/chat', { body: { message: 'Hello' } });
    await api.call('POST /api/chat', { body: { message: '' } });
  });

  test('about tasks and their callbacks', async () => {
    const body = {
      type: 'custom',
      prompt: 'Hello',
      callback_url: receiver.url('/here'),
      callback_token: 't',
    };
    const task = await api.call('POST /api/v1/tasks', { body: { ...body, temperature: 0.5 } });
    const path = { id: task.body.task_id as string };
    await api.call('POST /api/v1/tasks/batch', { body: { tasks: [body, {}] } });
    await api.call('POST /api/v1/process/sync', { body });
    await api.call('POST /api/v1/process/stream', { body });
    await api.call('GET /api/v1/tasks');
    await api.call('GET /api/v1/tasks/{id}', { path });
    await api.call('POST /api/v1/queues/pause', { body: { priority: 'low' } });
    const waiting = await api.call('POST /api/v1/tasks', { body: { ...body, priority: 'low' } });
    await api.call('DELETE /api/v1/tasks/{id}', { path: { id: waiting.body.task_id } });
    await api.call('POST /api/v1/queues/resume', { body: { priority: 'low' } });
    await api.call('GET /api/v1/tasks/{id}', { path: { id: 'task_none' } });
    const { body: page } = await api.call('GET /api/v1/webhooks/deliveries');
    const delivery = { path: { id: page.deliveries[0].id as string } };
    await api.call('GET /api/v1/webhooks/deliveries/{id}', delivery);
    await api.call('POST /api/v1/webhooks/deliveries/{id}/redeliver', delivery);
  });

  test("for OpenAI's clients", async () => {
    const body = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] };
    const post = 'POST /v1/chat/completions';
    expect((await api.call(post, { body })).body.choices[0].message.content).toBe('Hello');
    const streaming = { stream: true, stream_options: { include_usage: true } };
    expect((await api.call(post, { body: { ...body, ...streaming } })).status).toBe(200);
    expect((await api.call(post, { body: { ...body, n: 2 } })).status).toBe(400);
    expect((await api.call(post, { body: { ...body, model: 'none' } })).status).toBe(404);
    upstream.behave({ toolCalls: [{ name: 'look', arguments: '{}' }] });
    await api.call(post, { body });
    await api.call(post, { body: { ...body, stream: true } });
    upstream.behave({});
    await api.call('GET /v1/models');
    await api.call('GET /v1/models/{id}', { path: { id: 'auto' } });
    expect((await api.call('GET /v1/models/{id}', { path: { id: 'none' } })).status).toBe(404);
  });

  test('about dead letters', async () => {
    const letter = await dead();
    await api.call('GET /api/v1/dead-letters');
    await api.call('GET /api/v1/dead-letters/{id}', id(letter));
    await api.call('POST /api/v1/dead-letters/{id}/requeue', id(letter));
    await api.call('POST /api/v1/admin/dead-letter/requeue/{id}', id(await dead()));
    await api.call('DELETE /api/v1/dead-letters/{id}', id(await dead()));
    const { id: third } = (await dead()).body;
    const path = { queue_type: 'dead_letter', id: third as string };
    await api.call('DELETE /api/v1/admin/queues/{queue_type}/{id}', { path });
    await api.call('GET /api/v1/dead-letters/audit');
  });

  test('about redrives', async () => {
    await dead();
    const redrive = await api.call('POST /api/v1/dead-letters/requeue', {
      body: { filter: { priority: 'low' } },
    });
    await api.call('GET /api/v1/dead-letters/redrives');
    await api.call('GET /api/v1/dead-letters/redrives/{id}', id(redrive));
    await api.call('DELETE /api/v1/dead-letters/redrives/{id}', id(redrive));
    const all = await api.call('POST /api/v1/admin/dead-letter/requeue-all');
    await api.call('POST /api/v1/dead-letters/redrives/{id}/stop', id(all));
  });

  test('about queues and the scheduler', async () => {
    const path = { name: 'low_priority' };
    await api.call('GET /api/v1/queues/status');
    await api.call('GET /api/v1/queues/stats', { query: '?time_range=6h' });
    await api.call('POST /api/v1/queues/drain', { body: { priority: 'low' } });
    await api.call('POST /api/v1/queues/{name}/pause', { path });
    await api.call('POST /api/v1/queues/{name}/resume', { path });
    await api.call('PUT /api/v1/scheduler/override', { body: { slots: { openai: 3 }, for: '1m' } });
    await api.call('GET /api/v1/scheduler');
    await api.call('GET /api/v1/config');
  });

  test('about priority rules', async () => {
    const BASE = '/api/v1/admin/preprocessor';
    const rule = await api.call(`POST ${BASE}/rules`, { body: { pattern: 'refund', priority: 'high' } });
    const body = { condition: 'content_length > 500', priority: 2 };
    await api.call(`GET ${BASE}/rules`);
    await api.call(`GET ${BASE}/rules/{id}`, id(rule));
    await api.call(`PUT ${BASE}/rules/{id}`, { ...id(rule), body });
    await api.call(`DELETE ${BASE}/rules/{id}`, id(rule));
    await api.call(`POST ${BASE}/user-priorities`, { body: { user_id: 'u', priority: 'high' } });
    await api.call(`GET ${BASE}/user-priorities`);
    await api.call(`DELETE ${BASE}/user-priorities/{user_id}`, { path: { user_id: 'u' } });
    await api.call(`POST ${BASE}/test`, { body: { content: 'Where is it?' } });
  });

  test('about providers', async () => {
    const path = { name: 'openai' };
    await api.call('GET /api/v1/providers');
    await api.call('GET /api/v1/providers/status');
    await api.call('GET /api/v1/providers/{name}/status', { path });
    await api.call('GET /api/v1/providers/{name}/models', { path });
    await api.call('POST /api/v1/providers/{name}/test', { path, body: {} });
    await api.call('PUT /api/v1/providers/{name}/balancing', { path, body: { affinity: 'user_id' } });
    const { body } = await api.call('GET /api/v1/providers/{name}/balancing', { path });
    const key = { path: { ...path, id: body.keys[0].id as string } };
    await api.call('POST /api/v1/providers/{name}/keys/{id}/restore', key);
    await api.call('GET /api/v1/providers/{name}/status', { path: { name: 'none' } });
    for (const query of ['', '?group_by=user']) await api.call('GET /api/v1/usage', { query });
    await api.call('GET /api/v1/usage/budgets');
    await api.call('GET /api/v1/stats');
    for (const query of ['', '?format=prometheus']) await api.call('GET /api/v1/metrics', { query });
  });

  test('about endpoints', async () => {
    const endpoint = await api.call('POST /api/v1/endpoints', {
      body: { id: 'two', url: `${upstream.url}/v1` },
    });
    await api.call('GET /api/v1/endpoints');
    await api.call('GET /api/v1/endpoints/stats');
    await api.call('GET /api/v1/endpoints/{id}', id(endpoint));
    await api.call('PUT /api/v1/endpoints/{id}', { ...id(endpoint), body: { weight: 2 } });
    await api.call('DELETE /api/v1/endpoints/{id}', id(endpoint));
  });

  test('about resources', async () => {
    const body = { id: 'gpu-1', type: 'llama', capacity: { gpu: 1 } };
    const resource = await api.call('POST /api/v1/resources', { body });
    expect((await api.call('POST /api/v1/resources', { body })).status).toBe(409);
    await api.call('POST /api/v1/resources/{id}/heartbeat', { ...id(resource), body: { load: 0.2 } });
    await api.call('PUT /api/v1/resources/{id}', { ...id(resource), body: { name: 'One' } });
    const share = { model_type: 'llama', requirements: { gpu: 1 } };
    const { body: held } = await api.call('POST /api/v1/resources/allocate', { body: share });
    expect((await api.call('POST /api/v1/resources/allocate', { body: share })).status).toBe(409);
    for (const path of ['', '/stats', '/allocations']) await api.call(`GET /api/v1/resources${path}`);
    await api.call('GET /api/v1/resources/{id}', id(resource));
    await api.call('POST /api/v1/resources/allocations/{request_id}/release', {
      path: { request_id: held.request_id },
      body: { token: held.token },
    });
    await api.call('DELETE /api/v1/resources/{id}', id(resource));
  });

  test('to those who may not', async () => {
    const url = system.gateways[0]!.url;
    const nobody = new DocumentedClient(url, {}, document);
    const reader = new DocumentedClient(url, { authorization: `Bearer ${KEYS.reader}` }, document);
    const body = { user_id: 'u', content: 'Hello' };
    expect((await nobody.call('GET /api/v1/messages')).status).toBe(401);
    expect((await reader.call('POST /api/v1/messages', { body })).status).toBe(403);
    expect((await reader.call('GET /api/v1/messages')).status).toBe(200);
    const { body: page } = await nobody.get('/');
    expect(page).toContain('configured');
    expect(page).not.toContain('fake-model');
  });

  test.each(
    operations.flatMap(({ key, operation }) => {
      const example = operation.requestBody?.content['application/json']?.example;
      return example === undefined ? [] : [[key, example] as const];
    }),
  )('the example of %s is understood', async (key, example) => {
    const path = { id: 'none', name: 'openai', user_id: 'u' };
    const { status, body } = await api.call(key, { path, body: example });
    expect(status < 400 ? 'fine' : body.code).toMatch(UNDERSTOOD);
  });

  test('and every operation was answered well once', () => {
    expect(api.operations.filter((key) => !api.answered.has(key))).toEqual([]);
  });
});
