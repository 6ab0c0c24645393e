import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const PATH = '/api/v1/endpoints';
const BALANCING = '/api/v1/providers/openai/balancing';
const keyOf = (name: string) => `key-of-the-tests-${name}`;
const API_KEYS = [
  `admin:${keyOf('admin')}:default:read+write+admin`,
  `mine:${keyOf('mine')}:mine:read+write`,
].join(',');

/** A public address that nobody calls here. */
const URL_OF_MINE = 'http://93.184.216.34/v1';

/** What a client in Go sends of an endpoint of which it fills in only the address. */
const FROM_GO = {
  id: '',
  url: URL_OF_MINE,
  name: '',
  type: '',
  capabilities: null,
  weight: 0,
  status: '',
  connections: 0,
  max_connections: 0,
  response_time: 0,
  error_rate: 0,
  last_check: '0001-01-01T00:00:00Z',
  metadata: null,
};

describe.each(PROFILES)('endpoints (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let admin: Client;
  let elsewhere: Client;
  const clientOf = (name: string, gateway = 0) =>
    new Client(system.gateways.at(gateway)!.url, { authorization: `Bearer ${keyOf(name)}` });

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const env = { ...openAiEnv(upstream), API_KEYS, ENDPOINTS_ALLOWED_HOSTS: 'vllm, 10.1.2.3' };
    system = await startSystem(topology, env);
    [admin, elsewhere] = [clientOf('admin'), clientOf('admin', -1)];
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(async () => {
    for (const { id, origin } of await listed()) if (origin === 'api') await admin.delete(`${PATH}/${id}`);
  });

  const add = (fields: object = {}) => admin.post(PATH, { id: 'mine', url: URL_OF_MINE, ...fields });
  const listed = async () => (await elsewhere.get(PATH)).body.endpoints as { id: string; origin: string }[];
  const stats = async () => (await elsewhere.get(`${PATH}/stats`)).body;
  /** How many worker processes call an endpoint. */
  const workersOf = async (id: string): Promise<number> => {
    const details: { id: string; breakers: { closed: number } }[] = (await stats()).details;
    return details.find((one) => one.id === id)?.breakers.closed ?? 0;
  };

  test('are added, listed and counted as an older client expects', async () => {
    const made = await admin.post(PATH, FROM_GO);
    expect(made).toMatchObject({ status: 201, body: { endpoint_id: expect.any(String), status: 'healthy' } });
    const path = made.headers.get('location')!;
    expect(path).toBe(`${PATH}/${made.body.endpoint_id}`);
    expect((await elsewhere.get(path)).body).toEqual({
      id: made.body.endpoint_id,
      provider: 'openai',
      url: URL_OF_MINE,
      name: made.body.endpoint_id,
      type: 'llm',
      capabilities: [],
      weight: 1,
      priority: 0,
      group: 'primary',
      enabled: true,
      max_connections: 0,
      status: 'healthy',
      connections: 0,
      response_time: null,
      inter_token_time: null,
      error_rate: 0,
      breakers: { closed: expect.any(Number), half_open: 0, open: 0 },
      last_check: null,
      origin: 'api',
      metadata: {},
      updated_at: expect.any(String),
    });
    expect((await listed()).map(({ id }) => id)).toEqual(['openai-1', 'simulator', made.body.endpoint_id]);
    expect(await stats()).toMatchObject({
      endpoints: { total: 3, healthy: 3, degraded: 0, unhealthy: 0 },
      endpoints_by_type: { llm: 3 },
      total_connections: 0,
      sessions: 0,
    });
    expect((await admin.delete(path)).status).toBe(204);
    expect(await admin.get(path)).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
  });

  test('are known to every worker within two seconds, and to one that starts later', async () => {
    const workers = system.workers.length;
    const follow = (id: string, count: number) =>
      eventually(async () => expect(await workersOf(id)).toBe(count), { timeoutMs: 2_000 });
    await eventually(async () => expect(await workersOf('openai-1')).toBe(workers));
    await add();
    await follow('mine', workers);
    await admin.delete(`${PATH}/mine`);
    await follow('mine', 0);
    if (topology !== 'fleet') return;
    await add({ id: 'stays' });
    const late = await system.start('queue-manager');
    await eventually(async () => expect(await workersOf('stays')).toBe(workers + 1));
    await system.terminate(late);
  });

  test('are changed, those of the configuration too, and counted by their status', async () => {
    await add({ type: 'vllm', status: 'degraded' });
    const changed = await admin.put(`${PATH}/mine`, { weight: 2, group: 'backup', status: 'unhealthy' });
    expect(changed).toMatchObject({ status: 200, body: { weight: 2, group: 'backup', status: 'unhealthy' } });
    await admin.put(`${PATH}/openai-1`, { weight: 4, status: 'degraded' });
    expect(await stats()).toMatchObject({
      endpoints: { total: 3, healthy: 1, degraded: 1, unhealthy: 1 },
      endpoints_by_type: { llm: 2, vllm: 1 },
    });
    const found = await elsewhere.get(`${PATH}?status=degraded`);
    expect(found.body.endpoints).toMatchObject([{ id: 'openai-1', weight: 4, origin: 'config' }]);
    const back = await admin.put(`${PATH}/openai-1`, { weight: null, status: 'healthy' });
    expect(back.body).toMatchObject({ weight: 1, status: 'healthy' });
  });

  test('are not taken twice, nor removed from the configuration', async () => {
    await add();
    expect(await add()).toMatchObject({ status: 409, body: { code: 'endpoint_exists' } });
    expect(await add({ id: 'openai-1' })).toMatchObject({ status: 409, body: { code: 'endpoint_exists' } });
    const configured = { status: 409, body: { code: 'endpoint_configured' } };
    expect(await admin.delete(`${PATH}/openai-1`)).toMatchObject(configured);
    expect(await admin.put(`${PATH}/openai-1`, { url: URL_OF_MINE })).toMatchObject(configured);
  });

  test.each([
    'http://127.0.0.1:8080',
    'http://localhost',
    'http://169.254.169.254/latest',
    'http://[::ffff:10.0.0.1]',
    'https://user:password@93.184.216.34',
    'ftp://93.184.216.34',
  ])('are refused at %s', async (url) => {
    const refused = await add({ url });
    expect(refused).toMatchObject({ status: 400, body: { code: 'address_refused' } });
    expect(refused.body.errors).toMatchObject([{ field: 'url' }]);
  });

  test('are inside where the operator allows it', async () => {
    expect((await add({ url: 'http://10.1.2.3:8000/v1' })).status).toBe(201);
    expect((await add({ id: 'other', url: 'http://vllm:8000/v1' })).status).toBe(201);
  });

  test.each([
    ['url', {}],
    ['id', { id: 'stats', url: URL_OF_MINE }],
    ['weight', { url: URL_OF_MINE, weight: -1 }],
    ['group', { url: URL_OF_MINE, group: 'third' }],
    ['provider', { url: URL_OF_MINE, provider: 'nobody' }],
    ['status', { url: URL_OF_MINE, status: 'fine' }],
  ])('bad input: %s of %j', async (field, body) => {
    const refused = await admin.post(PATH, body);
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toContainEqual({ field, message: expect.any(String) });
  });

  test('and how they are balanced are the business of an admin', async () => {
    const other = clientOf('mine');
    for (const refused of [
      await other.get(PATH),
      await other.get(`${PATH}/stats`),
      await other.get(`${PATH}/openai-1`),
      await other.post(PATH, { url: URL_OF_MINE }),
      await other.put(`${PATH}/openai-1`, { weight: 2 }),
      await other.delete(`${PATH}/openai-1`),
      await other.get(BALANCING),
      await other.put(BALANCING, { strategy: 'ip_hash' }),
      await other.post('/api/v1/providers/openai/keys/openai/restore', {}),
    ])
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await new Client(system.gateways[0]!.url).get(PATH)).status).toBe(401);
  });

  test('are balanced as an operator wants it from now on', async () => {
    const shown = await elsewhere.get(BALANCING);
    expect(shown).toMatchObject({
      status: 200,
      body: {
        provider: 'openai',
        strategy: 'weighted_round_robin',
        affinity: 'none',
        keys: [{ id: expect.stringMatching(/^openai-/), status: 'in_use', reason: null, ends_in: null }],
      },
    });
    const changed = await admin.put(BALANCING, {
      strategy: 'adaptive_load',
      affinity: 'user_id',
      affinity_timeout: '5m',
    });
    expect(changed.body).toMatchObject({
      strategy: 'adaptive_load',
      affinity: 'user_id',
      affinity_timeout: '5m',
      configured: { strategy: 'weighted_round_robin' },
    });
    const back = { strategy: null, affinity: null, affinity_timeout: null };
    expect((await elsewhere.put(BALANCING, back)).body).toEqual(shown.body);
    expect(await admin.put(BALANCING, { strategy: 'best' })).toMatchObject({ status: 400 });
    expect(await admin.get('/api/v1/providers/nobody/balancing')).toMatchObject({
      body: { code: 'provider_unknown' },
    });
    const restore = (key: string) => admin.post(`/api/v1/providers/openai/keys/${key}/restore`, {});
    const [key] = shown.body.keys;
    expect(await restore(key.id)).toMatchObject({ status: 200, body: { keys: [{ status: 'in_use' }] } });
    expect(await restore('nobody')).toMatchObject({ status: 404, body: { code: 'key_not_found' } });
    expect(JSON.stringify(changed.body)).not.toContain('sk-of-the-tests');
  });
});
