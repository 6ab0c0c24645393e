import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const TASK_ID = /^task_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NO_TASK = 'task_123e4567-e89b-12d3-a456-426614174000';
const KEYS = {
  mine: 'key-of-the-tenant-mine',
  theirs: 'key-of-the-tenant-theirs',
  lists: 'key-of-the-tenant-lists',
};
const API_KEYS = [
  ...Object.entries(KEYS).map(([name, key]) => `${name}:${key}:${name}:read+write`),
  'reader:key-of-the-reader-only:mine:read',
].join(',');

describe.each(PROFILES)('tasks (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  const as = (headers: Readonly<Record<string, string>>, gateway = 0) =>
    new TaskClient(system.gateways.at(gateway)!.url, headers);
  const mine = (gateway = 0) => as({ authorization: `Bearer ${KEYS.mine}` }, gateway);

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, { ...openAiEnv(upstream), API_KEYS, LLM_AUTH_TOKEN: 'short' });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => {
    upstream.clearCalls();
    upstream.behave({});
  });

  test('a task that names type and prompt is accepted, runs, and is found by its id', async () => {
    const { status, headers, body } = await mine().post('/api/v1/tasks', { type: 'custom', prompt: 'Hello' });
    expect(status).toBe(201);
    expect(body).toEqual({
      task_id: expect.stringMatching(TASK_ID),
      status: 'queued',
      created_at: expect.stringMatching(/^\d{4}-/),
    });
    expect(headers.get('location')).toBe(`/api/v1/tasks/${body.task_id}`);
    const done = await mine(-1).done(body.task_id);
    expect(done).toMatchObject({
      id: body.task_id,
      type: 'custom',
      status: 'completed',
      progress: 100,
      priority: 'normal',
      provider: 'openai',
      model: 'fake-model',
      prompt: 'Hello',
      result: 'Hello',
      token_usage: { total_tokens: expect.any(Number) },
      metadata: expect.any(Object),
    });
    expect(Date.parse(done.completed_at)).toBeGreaterThanOrEqual(Date.parse(done.started_at));
  });

  test('everything that a task says reaches the model, and comes back', async () => {
    const id = await mine().submit({
      type: 'translation',
      prompt: 'Translate to English.',
      data: { text: 'Guten Tag' },
      provider: 'auto',
      model: 'fake-model',
      temperature: 0.5,
      system_prompt: 'Be brief.',
      priority: 'urgent',
      metadata: { job: 7 },
      config: {
        max_retries: 1,
        retry_delay: '2s',
        timeout: '60s',
        cache_enabled: true,
        cache_ttl: '1h',
        max_tokens: 100,
        top_p: 0.5,
        frequency_penalty: 0.25,
        presence_penalty: -0.25,
        batch_processing: false,
        batch_size: 1,
        group_by: '',
        concurrency: 0,
      },
    });
    expect(await mine().done(id)).toMatchObject({
      type: 'translation',
      priority: 'urgent',
      data: { text: 'Guten Tag' },
      temperature: 0.5,
      system_prompt: 'Be brief.',
      metadata: { job: 7 },
      config: {
        max_retries: 1,
        retry_delay: '2s',
        timeout: '1m',
        cache_enabled: true,
        cache_ttl: '1h',
        max_tokens: 100,
        top_p: 0.5,
        frequency_penalty: 0.25,
        presence_penalty: -0.25,
      },
    });
    const { body, messages } = upstream.calls()[0]!;
    expect(body).toMatchObject({ temperature: 0.5, max_tokens: 100, top_p: 0.5, presence_penalty: -0.25 });
    expect(messages[0]!.text).toContain('Be brief.');
    expect(messages.at(-1)!.text).toContain('Guten Tag');
  });

  test('the other way to say it is understood, too', async () => {
    const id = await mine().submit({
      parameters: { temperature: 0.1, max_tokens: 5 },
      provider: '',
      config: { timeout: '', max_tokens: 0 },
      data: null,
      callback_url: '',
    });
    expect(await mine().done(id)).toMatchObject({
      temperature: 0.1,
      config: { max_tokens: 5, timeout: '5m' },
    });
  });

  test('a result of a form is also there as what it is', async () => {
    const result = { matches: [{ item: 'apple', category: 'fruit', confidence: 1 }] };
    upstream.behave({ reply: JSON.stringify(result) });
    const task = { type: 'category_match', data: ['apple', 'fruit'] };
    const done = await mine().done(await mine().submit(task));
    expect(done).toMatchObject({
      data: ['apple', 'fruit'],
      result: JSON.stringify(result),
      result_data: result,
    });
    const { body } = await mine().post('/api/v1/process/sync', { ...task, prompt: 'Which?' });
    expect(body).toMatchObject({ status: 'completed', data: result });
  });

  test.each<[string, object, string, RegExp]>([
    ['no type', { prompt: 'x' }, 'invalid_request', /type/],
    ['no prompt', { type: 'custom' }, 'invalid_request', /prompt/],
    ['a blank prompt', { type: 'custom', prompt: ' ' }, 'invalid_request', /prompt/],
    ['an unknown type', { type: 'nothing', prompt: 'x' }, 'task_type_unknown', /nothing/],
    [
      'an unknown provider',
      { type: 'custom', prompt: 'x', provider: 'nobody' },
      'provider_unknown',
      /nobody/,
    ],
    ['an unknown field', { type: 'custom', prompt: 'x', typo: 1 }, 'invalid_request', /typo/],
    ['a bad priority', { type: 'custom', prompt: 'x', priority: 'soon' }, 'invalid_priority', /priority/],
    [
      'work to be split',
      { type: 'custom', prompt: 'x', config: { batch_processing: true } },
      'invalid_request',
      /tasks\/batch/,
    ],
    ['groups', { type: 'custom', prompt: 'x', config: { group_by: 'a' } }, 'invalid_request', /tasks\/batch/],
    ['parts', { type: 'custom', prompt: 'x', config: { batch_size: 10 } }, 'invalid_request', /tasks\/batch/],
    [
      'a callback that is no URL',
      { type: 'custom', prompt: 'x', callback_url: 'x' },
      'address_refused',
      /http/,
    ],
    [
      'a callback inside',
      { type: 'custom', prompt: 'x', callback_url: 'http://10.0.0.1/' },
      'address_refused',
      /webhooks\.allowed_hosts/,
    ],
    [
      'a token for nobody',
      { type: 'custom', prompt: 'x', callback_token: 't' },
      'invalid_request',
      /callback_url/,
    ],
    [
      'a header of ours',
      { type: 'custom', prompt: 'x', callback: { url: 'http://10.0.0.1/', headers: { Host: 'x' } } },
      'invalid_request',
      /header|delivery/,
    ],
  ])('%s is refused, and the answer says what to change', async (_, task, code, error) => {
    const { status, headers, body } = await mine().post('/api/v1/tasks', task);
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 400,
      type: 'application/problem+json; charset=utf-8',
    });
    expect(body).toMatchObject({ code, error: expect.stringMatching(error) });
  });

  test('what is no JSON is refused in the same shape', async () => {
    const { status, body } = await mine().post('/api/v1/tasks', '{"type":');
    expect({ status, body }).toMatchObject({ status: 400, body: { error: expect.stringContaining('JSON') } });
  });

  test('an unknown task is a 404 to read and to cancel', async () => {
    for (const id of [NO_TASK, 'task_1', 'x'])
      for (const method of ['GET', 'DELETE'])
        expect(await mine().request(method, `/api/v1/tasks/${id}`)).toMatchObject({
          status: 404,
          body: { code: 'task_not_found', error: expect.stringContaining(id) },
        });
  });

  test('a task that failed says why', async () => {
    upstream.behave({ status: 400, errorBody: { error: { message: 'no such thing' } } });
    const done = await mine().done(await mine().submit());
    expect(done).toMatchObject({
      status: 'failed',
      error: expect.any(String),
      error_code: 'provider_rejected',
    });
  });

  test('cancelling stops the call', async () => {
    upstream.behave({ hangBeforeHeaders: true });
    const id = await mine().submit();
    await eventually(async () => {
      expect((await mine().task(id)).body.status).toBe('running');
      expect(upstream.calls()).toHaveLength(1);
    });
    expect(await mine(-1).delete(`/api/v1/tasks/${id}`)).toMatchObject({
      status: 200,
      body: { task_id: id, status: 'cancelled', message: expect.any(String) },
    });
    expect(await mine().done(id)).toMatchObject({ status: 'cancelled', error_code: 'cancelled' });
    await eventually(() => expect(upstream.calls()[0]!.outcome).not.toBeNull());
    upstream.behave({});
    const ended = await mine().done(await mine().submit());
    expect((await mine().delete(`/api/v1/tasks/${ended.id}`)).body).toMatchObject({
      code: 'message_finished',
    });
  });

  test('a batch answers for each of its tasks', async () => {
    const tasks = [
      { type: 'custom', prompt: 'one' },
      { type: 'custom' },
      { type: 'custom', prompt: 'two', priority: 'low' },
      { type: 'custom', prompt: 'three', callback_url: 'http://192.168.0.1/' },
    ];
    const { status, body } = await mine().post('/api/v1/tasks/batch', { tasks });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { task_id: expect.stringMatching(TASK_ID), status: 'queued' },
      { task_id: '', status: 'failed', error: expect.stringContaining('prompt') },
      { task_id: expect.stringMatching(TASK_ID), status: 'queued' },
      { task_id: '', status: 'failed', code: 'address_refused' },
    ]);
    expect(await mine().done(body.results[2].task_id)).toMatchObject({ result: 'two', priority: 'low' });
    for (const wrong of [{ tasks: [] }, {}, { tasks: Array.from({ length: 101 }, () => tasks[0]) }])
      expect((await mine().post('/api/v1/tasks/batch', wrong)).status).toBe(400);
  });

  test('a list is newest first, and only of tasks', async () => {
    const client = as({ 'x-api-key': KEYS.lists });
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4, 5]) ids.unshift(await client.submit({ prompt: `task ${n}` }));
    await client.send('no task');
    const list = async (query: string): Promise<Answer['body']> =>
      (await client.get(`/api/v1/tasks?${query}`)).body;
    expect(await list('')).toMatchObject({ total: 5, limit: 10, offset: 0, count: 5 });
    const page = await list('limit=2&offset=1');
    expect(page).toMatchObject({ total: 5, limit: 2, offset: 1, count: 2 });
    expect(page.tasks.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1, 3));
    await Promise.all(ids.map((id) => client.done(id)));
    expect(await list('status=completed&type=custom')).toMatchObject({ total: 5 });
    expect(await list('status=running')).toMatchObject({ total: 0, tasks: [] });
    for (const wrong of ['limit=0', 'limit=101', 'offset=-1', 'typo=1'])
      expect((await client.get(`/api/v1/tasks?${wrong}`)).status).toBe(400);
  });

  test('who waits gets the result', async () => {
    const { status, body } = await mine().post('/api/v1/process/sync', {
      type: 'custom',
      prompt: 'Hello',
      config: { timeout: '120s' },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      task_id: expect.stringMatching(TASK_ID),
      status: 'completed',
      result: 'Hello',
      token_usage: expect.objectContaining({ total_tokens: expect.any(Number) }),
      process_time: expect.stringMatching(/^\d+(\.\d+)?s$/),
    });
  });

  test('who has waited long enough is told the task, which goes on', async () => {
    upstream.behave({ firstChunkDelayMs: 1_500 });
    const { status, body } = await mine().post('/api/v1/process/sync', {
      type: 'custom',
      prompt: 'slow',
      config: { timeout: '300ms' },
    });
    expect({ status, body }).toMatchObject({
      status: 408,
      body: { code: 'task_not_done', error: expect.any(String), task_id: expect.stringMatching(TASK_ID) },
    });
    expect(await mine().done(body.task_id)).toMatchObject({ status: 'completed', result: 'slow' });
  });

  test('who waits for what fails is told so', async () => {
    upstream.behave({ status: 400, errorBody: { error: { message: 'no' } } });
    const answer = await mine().post('/api/v1/process/sync', { type: 'custom', prompt: 'x' });
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'task_failed', task_id: expect.stringMatching(TASK_ID), error: expect.any(String) },
    });
  });

  test('who reads along gets every word, and the end', async () => {
    upstream.behave({ reply: 'one two three', chunks: 3, chunkDelayMs: 60 });
    const events = await mine().process({});
    expect(events[0]).toMatchObject({ task_id: expect.stringMatching(TASK_ID), delta: '', finished: false });
    expect(events.map(({ delta }) => delta).join('')).toBe('one two three');
    expect(events.length).toBeGreaterThan(3);
    for (const { content, finished } of events.slice(0, -1)) {
      expect(finished).toBe(false);
      expect('one two three'.startsWith(content)).toBe(true);
    }
    expect(events.at(-1)).toMatchObject({ content: 'one two three', finished: true, status: 'completed' });
    expect((await mine().task(events[0].task_id)).body).toMatchObject({ result: 'one two three' });
  });

  test('who reads along is told of a failure', async () => {
    upstream.behave({ status: 400, errorBody: { error: { message: 'no' } } });
    const events = await mine().process({});
    expect(events.at(-1)).toMatchObject({ finished: true, status: 'failed', error: expect.any(String) });
  });

  test('a key may come in every way in which older clients send it', async () => {
    const id = await mine().submit();
    const { url } = system.gateways[0]!;
    const ways = [
      as({ authorization: `Bearer ${KEYS.mine}` }),
      as({ authorization: KEYS.mine }),
      as({ 'x-api-key': KEYS.mine }),
    ];
    for (const client of ways) expect((await client.task(id)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/tasks/${id}?token=${KEYS.mine}`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/tasks?limit=1&token=${KEYS.mine}`)).status).toBe(200);
    expect((await as({ authorization: 'short' }).get('/api/v1/tasks')).status).toBe(200);
    for (const headers of [{}, { authorization: 'wrong' }, { authorization: 'Bearer shor' }])
      expect(await as(headers).task(id)).toMatchObject({ status: 401, body: { error: expect.any(String) } });
  });

  test('a tenant sees its own tasks only, and a reader changes none', async () => {
    const id = await mine().submit();
    const theirs = as({ 'x-api-key': KEYS.theirs });
    expect((await theirs.task(id)).status).toBe(404);
    expect((await theirs.delete(`/api/v1/tasks/${id}`)).status).toBe(404);
    expect((await theirs.get('/api/v1/tasks')).body.total).toBe(0);
    const reader = as({ 'x-api-key': 'key-of-the-reader-only' });
    expect((await reader.task(id)).status).toBe(200);
    expect((await reader.post('/api/v1/tasks', { type: 'custom', prompt: 'x' })).status).toBe(403);
  });

  test('a repeated request is the same task', async () => {
    const client = as({ 'x-api-key': KEYS.mine, 'idempotency-key': crypto.randomUUID() });
    const [first, second] = [await client.submit(), await client.submit()];
    expect(second).toBe(first);
  });
});
