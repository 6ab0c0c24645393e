import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const PATH = '/api/v1/resources';
const keyOf = (name: string) => `key-of-the-tests-${name}`;
const API_KEYS = [
  `admin:${keyOf('admin')}:default:read+write+admin`,
  `mine:${keyOf('mine')}:mine:read+write`,
  `theirs:${keyOf('theirs')}:theirs:read+write`,
  `reader:${keyOf('reader')}:mine:read`,
].join(',');

/** What a client in Go sends of a resource of which it fills in only the type. */
const FROM_GO = {
  id: '',
  name: '',
  type: 'llama-2',
  capabilities: null,
  status: '',
  load: 0,
  capacity: null,
  used: null,
  endpoint: '',
  last_heartbeat: '0001-01-01T00:00:00Z',
  metadata: null,
};

describe.each(PROFILES)('resources (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  const clientOf = (name: string, gateway = 0) =>
    new Client(system.gateways.at(gateway)!.url, { authorization: `Bearer ${keyOf(name)}` });
  let admin: Client;
  let client: Client;
  let elsewhere: Client;
  /** The resources that give signs of life, and what keeps them doing so. */
  const alive = new Set<string>();
  let heart: NodeJS.Timeout;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const env = { ...openAiEnv(upstream), API_KEYS, RESOURCE_HEARTBEAT_TIMEOUT: '3s' };
    system = await startSystem(topology, env);
    [admin, client, elsewhere] = [clientOf('admin'), clientOf('mine'), clientOf('mine', -1)];
    heart = setInterval(() => {
      for (const id of alive) void admin.post(`${PATH}/${id}/heartbeat`, {}).catch(() => undefined);
    }, 400);
  });
  afterAll(async () => {
    clearInterval(heart);
    await system?.stop();
    await upstream?.close();
  });
  afterEach(async () => {
    upstream.behave({});
    upstream.clearCalls();
    alive.clear();
    for (const { id } of (await admin.get(PATH)).body.resources) await admin.delete(`${PATH}/${id}`);
  });

  const register = (fields: { readonly id?: string } & Record<string, unknown> = {}) => {
    alive.add(fields.id ?? 'r');
    return admin.post(PATH, { id: 'r', type: 'llama-2', capacity: { gpu: 2 }, ...fields });
  };
  const statusOf = async (id: string) => (await elsewhere.get(`${PATH}/${id}`)).body.status as string;
  const allocate = (fields: object = {}, by = client) =>
    by.post(`${PATH}/allocate`, { model_type: 'llama-2', requirements: { gpu: 1 }, ...fields });
  const release = ({ body }: Answer, by = client) =>
    by.post(`${PATH}/allocations/${body.request_id}/release`, { token: body.token });
  const stats = async () => (await elsewhere.get(`${PATH}/stats`)).body;

  test('are registered, listed and counted as an older client expects', async () => {
    const made = await admin.post(PATH, FROM_GO);
    expect(made).toMatchObject({
      status: 201,
      body: { resource_id: expect.any(String), status: 'available' },
    });
    const path = made.headers.get('location')!;
    expect(path).toBe(`${PATH}/${made.body.resource_id}`);
    await register({
      name: 'one',
      capabilities: ['vision'],
      endpoint: 'http://10.0.0.1',
      metadata: { a: 1 },
    });

    const { resources } = (await elsewhere.get(PATH)).body;
    expect(resources.map(({ type }: { type: string }) => type)).toEqual(['llama-2', 'llama-2']);
    const one = (await elsewhere.get(`${PATH}/r`)).body;
    expect(resources[0]).toEqual(one);
    expect(one).toEqual({
      id: 'r',
      name: 'one',
      type: 'llama-2',
      capabilities: ['vision'],
      status: 'available',
      load: 0,
      capacity: { gpu: 2 },
      used: {},
      endpoint: 'http://10.0.0.1',
      provider: null,
      allocations: 0,
      metadata: { a: 1 },
      created_at: expect.any(String),
      updated_at: expect.any(String),
      last_heartbeat: expect.any(String),
    });
    expect((await elsewhere.get(path)).body).toMatchObject({ capabilities: [], capacity: {}, used: {} });
    expect(await stats()).toEqual({
      resources: { total: 2, available: 2, busy: 0, offline: 0, error: 0 },
      resource_by_type: { 'llama-2': 2 },
      average_load: 0,
      allocations: 0,
      pending_requests: 0,
    });
    expect(await register()).toMatchObject({ status: 409, body: { code: 'resource_exists' } });
    expect((await admin.delete(path)).status).toBe(204);
    expect(await admin.get(path)).toMatchObject({ status: 404, body: { code: 'resource_not_found' } });
  });

  test('are changed, and follow their heartbeats', async () => {
    await register();
    const busy = await admin.post(`${PATH}/r/heartbeat`, { load: 0.95, used: { gpu: 2 } });
    expect(busy).toMatchObject({ status: 200, body: { status: 'busy', load: 0.95, used: { gpu: 2 } } });
    expect((await admin.request('POST', `${PATH}/r/heartbeat`)).body).toMatchObject({ load: 0.95 });
    const drained = await admin.put(`${PATH}/r`, { status: 'offline', name: 'new' });
    expect(drained).toMatchObject({ status: 200, body: { status: 'offline', name: 'new' } });
    expect((await admin.post(`${PATH}/r/heartbeat`, {})).body.status).toBe('offline');
    expect((await admin.put(`${PATH}/r`, { status: 'available' })).body.status).toBe('busy');
  });

  test('may be changed by nobody but an admin', async () => {
    await register();
    for (const refused of [
      await client.post(PATH, { type: 'x' }),
      await client.put(`${PATH}/r`, { name: 'x' }),
      await client.delete(`${PATH}/r`),
      await client.post(`${PATH}/r/heartbeat`, {}),
      await clientOf('reader').post(`${PATH}/allocate`, { model_type: 'llama-2' }),
      await clientOf('reader').post(`${PATH}/allocations/x/release`, { token: 'x' }),
    ])
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await clientOf('reader').get(`${PATH}/r`)).body).toMatchObject({ name: 'r' });
    expect((await new Client(system.gateways[0]!.url).get(PATH)).status).toBe(401);
  });

  test.each([
    ['type', {}],
    ['type', { type: ' ' }],
    ['id', { id: 'stats', type: 'x' }],
    ['capacity.gpus', { type: 'x', capacity: { gpus: 1 } }],
    ['capacity.gpu', { type: 'x', capacity: { gpu: 1.5 } }],
    ['capacity.gpu', { type: 'x', capacity: { gpu: -1 } }],
    ['capabilities.0', { type: 'x', capabilities: [''] }],
    ['capacity.slots', { type: 'x', provider: 'openai' }],
    ['provider', { type: 'x', provider: 'nobody', capacity: { slots: 1 } }],
  ])('bad input: %s of %j', async (field, body) => {
    const refused = await admin.post(PATH, body);
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toContainEqual({ field, message: expect.any(String) });
  });

  test('go offline when they are silent, and come back with the next heartbeat', async () => {
    await register();
    await register({ id: 'alive' });
    alive.delete('r');
    await eventually(async () => expect(await statusOf('r')).toBe('offline'), { timeoutMs: 15_000 });
    expect(await statusOf('alive')).toBe('available');
    expect(await stats()).toMatchObject({ resources: { total: 2, available: 1, offline: 1 } });
    expect((await allocate()).body.resource_id).toBe('alive');
    expect((await admin.post(`${PATH}/r/heartbeat`, {})).body.status).toBe('available');
    expect((await allocate({ requirements: { gpu: 2 } })).body.resource_id).toBe('r');
  });

  test('are shared out to their last unit, over all gateways', async () => {
    await register({ endpoint: 'http://r' });
    await register({ id: 'other', capacity: { gpu: 3 } });
    const crowd = Array.from({ length: 9 }, (_, i) => allocate({}, i % 2 ? client : elsewhere));
    const answers = await Promise.all(crowd);
    const given = answers.filter(({ status }) => status === 201);
    expect(given).toHaveLength(5);
    expect(given.filter(({ body }) => body.resource_id === 'r')).toHaveLength(2);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'capacity_exceeded' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await stats()).toMatchObject({ allocations: 5, average_load: 1, resources: { busy: 2 } });

    const one = given.find(({ body }) => body.resource_id === 'r')!;
    expect(one.body).toEqual({
      request_id: expect.stringMatching(/^alloc_/),
      resource_id: 'r',
      endpoint: 'http://r',
      model_type: 'llama-2',
      requirements: { gpu: 1 },
      capabilities: [],
      priority: 'normal',
      metadata: {},
      allocated: expect.any(String),
      expires: expect.any(String),
      token: expect.any(String),
    });
    const { token, ...listed } = one.body;
    const mine = (await elsewhere.get(`${PATH}/allocations?resource_id=r`)).body.allocations;
    expect(mine).toHaveLength(2);
    expect(mine).toContainEqual(listed);
    expect((await clientOf('theirs').get(`${PATH}/allocations`)).body.allocations).toEqual([]);

    const path = `${PATH}/allocations/${listed.request_id}/release`;
    expect(await clientOf('theirs').post(path, { token })).toMatchObject({ status: 404 });
    expect(await client.post(path, { token: 'guessed' })).toMatchObject({ status: 403 });
    expect(await release(one, elsewhere)).toMatchObject({ status: 200, body: { status: 'released' } });
    expect(await release(one)).toMatchObject({ status: 404, body: { code: 'allocation_not_found' } });
    expect((await admin.get(`${PATH}/r`)).body).toMatchObject({ used: { gpu: 1 }, load: 0.5 });
  });

  test('come free when the time of an allocation is over', async () => {
    await register();
    await allocate({ requirements: { gpu: 2 }, timeout: '200ms' });
    const next = await allocate({ requirements: { gpu: 2 }, wait: '15s' });
    expect(next).toMatchObject({ status: 201, body: { resource_id: 'r' } });
  });

  test('go to the best request that waits, at whichever gateway', async () => {
    await register({ capacity: { gpu: 1 } });
    const held = await allocate();
    const low = allocate({ priority: 'low', wait: '15s' });
    await eventually(async () => expect((await stats()).pending_requests).toBe(1));
    const urgent = allocate({ priority: 'urgent', wait: '15s' }, elsewhere);
    await eventually(async () => expect((await stats()).pending_requests).toBe(2));
    await release(held);
    const first = await urgent;
    expect(first).toMatchObject({ status: 201, body: { priority: 'realtime' } });
    expect((await stats()).pending_requests).toBe(1);
    await release(first, elsewhere);
    expect(await low).toMatchObject({ status: 201, body: { priority: 'low' } });
  });

  test('are not given to a client that has left', async () => {
    await register({ capacity: { gpu: 1 } });
    const held = await allocate();
    const left = new AbortController();
    const request = fetch(`${client.url}${PATH}/allocate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keyOf('mine')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model_type: 'llama-2', requirements: { gpu: 1 }, wait: '15s' }),
      signal: left.signal,
    }).catch(() => undefined);
    await eventually(async () => expect((await stats()).pending_requests).toBe(1));
    left.abort();
    await request;
    await eventually(async () => expect((await stats()).pending_requests).toBe(0));
    await release(held);
    expect(await stats()).toMatchObject({ allocations: 0 });
  });

  test('bring slots to their provider, and take them away when they are silent', async () => {
    const send = (content: string) => client.send(content);
    const slotsAre = (slots: number | null) =>
      Promise.all(
        system.workers.map(({ process }) =>
          process.waitForLine(new RegExp(`"lane":"openai","slots":${slots}[^\\n]*another number of slots`)),
        ),
      );
    await register({ provider: 'openai', capacity: { slots: 1 } });
    await slotsAre(1);
    upstream.behave({ chunks: 6, chunkDelayMs: 50 });
    const ids = await Promise.all(Array.from({ length: 4 }, (_, i) => send(`one at a time ${i}`)));
    for (const id of ids) expect((await client.ended(id)).status).toBe('completed');
    alive.delete('r');
    const calls = upstream.calls().toSorted((one, other) => one.receivedAt - other.receivedAt);
    for (const [i, call] of calls.slice(1).entries())
      expect(call.receivedAt).toBeGreaterThanOrEqual(calls[i]!.finishedAt!);
    upstream.clearCalls();

    await slotsAre(0);
    const waits = await send('waits for the resource');
    const beside = await client.send('goes elsewhere', { provider: 'simulator' });
    expect((await client.ended(beside)).status).toBe('completed');
    expect(upstream.calls()).toEqual([]);
    expect((await client.get(`/api/v1/messages/${waits}`)).body.started_at).toBeNull();
    alive.add('r');
    expect((await client.ended(waits)).status).toBe('completed');

    alive.delete('r');
    await admin.delete(`${PATH}/r`);
    await slotsAre(null);
    expect((await client.ended(await send('without resources'))).status).toBe('completed');
  });
});
