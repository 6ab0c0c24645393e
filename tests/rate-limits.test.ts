import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { PrivateStores } from './support/private-stores.js';
import { PROFILES, startSystem, type System } from './support/system.js';

const TENANTS = ['first', 'second', 'third', 'fourth', 'fifth'] as const;
const keyOf = (tenant: string) => `key-of-the-tenant-${tenant}`;
const API_KEYS = TENANTS.map((tenant) => `${tenant}:${keyOf(tenant)}:${tenant}`).join(',');

/** One comes back every minute: not while a test runs. */
const SLOW = '1/m';

const list = (url: string, tenant: string, more: Record<string, string> = {}) =>
  new Client(url, { 'x-api-key': keyOf(tenant), ...more }).get('/api/v1/messages');
const allowed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;

describe.each(PROFILES)('limits at the door (%s)', (topology) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(topology, {
      API_KEYS,
      LIMIT_KEY_RATE: '60/m',
      LIMIT_KEY_BURST: '30',
      LIMIT_IP_RATE: '600/m',
      HTTP_TRUSTED_PROXIES: '127.0.0.1',
      TENANTS: JSON.stringify({ second: { rate: SLOW, burst: 20 }, third: { rate: 'off' } }),
    });
  });
  afterAll(() => system?.stop());
  const url = (i = 0) => system.gateways[i % system.gateways.length]!.url;

  test('every answer says how far the limit is, in the shapes of OpenAI, a stream too', async () => {
    const client = new Client(url(), { 'x-api-key': keyOf('first'), 'x-forwarded-for': '203.0.113.1' });
    const { headers } = await client.get('/api/v1/messages');
    expect(headers.get('x-ratelimit-limit-requests')).toBe('30');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('29');
    expect(headers.get('x-ratelimit-reset-requests')).toMatch(/^(1s|\d{3}ms)$/);
    const id = await client.send('hello');
    const stream = await fetch(`${url()}/api/v1/messages/${id}/stream`, {
      headers: { 'x-api-key': keyOf('first') },
    });
    expect(stream.headers.get('x-ratelimit-limit-requests')).toBe('30');
    expect(stream.headers.get('x-request-id')).toMatch(/^req_/);
    await stream.text();
  });

  test('what is more than the limit is refused, the same through every gateway, and says when to come again', async () => {
    const answers = [];
    for (let i = 0; i < 40; i += 1) answers.push(await list(url(i), 'second'));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 20 }, () => 200),
      ...Array.from({ length: 20 }, () => 429),
    ]);
    const { headers, body } = answers.at(-1)!;
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ code: 'rate_limited', status: 429, type: '/errors/rate_limited' });
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(Number.isInteger(seconds)).toBe(true);
    expect(Math.ceil(Number(headers.get('retry-after-ms')) / 1_000)).toBe(seconds);
    expect(headers.get('x-ratelimit-limit-requests')).toBe('20');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(headers.get('x-ratelimit-reset-requests')).toMatch(/^(19|20)m[\d.]+s$/);
  });

  test("OpenAI's clients are told so in their own words", async () => {
    const { status, headers, body } = await new Client(url(), { 'x-api-key': keyOf('second') }).get(
      '/v1/models',
    );
    expect({ status, body }).toMatchObject({
      status: 429,
      body: { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null } },
    });
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(headers.get('x-should-retry')).toBe('true');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('0');
  });

  test('a body of whoever is refused is not read', async () => {
    const client = new Client(url(), { 'x-api-key': keyOf('second') });
    expect((await client.post('/api/v1/messages', '{ no json')).status).toBe(429);
  });

  test('a trusted proxy says whom the limit by address is for, and a tenant may be without a limit', async () => {
    const ask = (ip: string) => list(url(), 'third', { 'x-forwarded-for': ip });
    const { headers } = await ask('203.0.113.7');
    expect(headers.get('x-ratelimit-limit-requests')).toBe('600');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('599');
    expect((await ask('203.0.113.8')).headers.get('x-ratelimit-remaining-requests')).toBe('599');
    expect((await ask('10.0.0.1, 203.0.113.8')).headers.get('x-ratelimit-remaining-requests')).toBe('598');
  });
});

test('who is no trusted proxy is believed nothing', async () => {
  const system = await startSystem('embedded', { LIMIT_IP_RATE: SLOW, LIMIT_IP_BURST: '3' });
  onTestFinished(() => system.stop());
  const answers = [];
  for (let i = 0; i < 6; i += 1)
    answers.push(await list(system.gateways[0]!.url, 'first', { 'x-forwarded-for': `203.0.113.${i}` }));
  expect(allowed(answers)).toBe(3);
});

describe('limits of two gateways whose Redis goes away', () => {
  let stores: PrivateStores;
  let system: System;
  beforeAll(async () => {
    stores = await PrivateStores.start();
    system = stores.system('fleet', { API_KEYS, LIMIT_KEY_RATE: SLOW, LIMIT_KEY_BURST: '10' });
    await Promise.all([system.start('api-gateway'), system.start('api-gateway')]);
  });
  afterAll(() => system?.stop());

  /** 20 requests, through both in turn. */
  const flood = async (tenant: string) => {
    const answers = [];
    for (let i = 0; i < 20; i += 1) answers.push(await list(system.gateways[i % 2]!.url, tenant));
    return answers;
  };
  const limitAt = async (i: number, tenant: string) =>
    (await list(system.gateways[i]!.url, tenant)).headers.get('x-ratelimit-limit-requests');

  test('each has half of it, and together never more than the whole, also when Redis is back', async () => {
    await eventually(async () => {
      const pages = await Promise.all(
        system.gateways.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
      );
      for (const page of pages) expect(page).toContain('llmq_live_processes{role="gateway"} 2');
    });
    expect(allowed(await flood('first'))).toBe(10);

    await stores.kill(stores.redis);
    await stores.emptyRedis();
    const alone = await flood('second');
    expect(allowed(alone.filter((_, i) => i % 2 === 0))).toBe(5);
    expect(allowed(alone.filter((_, i) => i % 2 === 1))).toBe(5);
    expect(alone[0]!.headers.get('x-ratelimit-limit-requests')).toBe('5');
    expect(allowed(await flood('first'))).toBe(0);

    await stores.redis.restart();
    for (const i of [0, 1]) await eventually(async () => expect(await limitAt(i, 'third')).toBe('10'));
    expect(allowed(await flood('first'))).toBe(0);
    expect(allowed(await flood('second'))).toBe(0);
    expect(allowed(await flood('fourth'))).toBe(10);
  });

  test('a Redis that does not answer delays no request for longer than a second', async () => {
    stores.freeze(stores.redis);
    const startedAt = performance.now();
    expect(allowed(await flood('fifth'))).toBe(10);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    stores.thaw(stores.redis);
  });
});
