import { type FastifyReply, type FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { AuthSettings, LimitSettings, loadConfig, TenantSettings } from '#config';
import { AppError } from '#contracts';
import { MemoryBuckets } from '#limits';
import { Metrics } from '#observability';
import { networkOf } from '#sockets';
import { ManualClock } from '#testing';
import { Door } from './door.js';
import { shortDuration } from './rate-headers.js';

const KEYS = 'a:key-of-the-test-a:acme,b:key-of-the-test-b:acme,c:key-of-the-test-c:other';

function setup(env: Record<string, string>) {
  const clock = new ManualClock();
  const metrics = new Metrics();
  const config = loadConfig({ env: { API_KEYS: KEYS, ...env } });
  const buckets = new MemoryBuckets(clock);
  const tenants = new TenantSettings(config.tenants);
  const limits = new LimitSettings(config.limits);
  const door = new Door(buckets, tenants, metrics, limits, new AuthSettings(config.auth));
  const ask = async ({ key = 'a', ip = '10.0.0.1', url = '/api/v1/messages' }) => {
    const headers: Record<string, unknown> = {};
    const request = { url, routeOptions: { url }, ip, headers: { 'x-api-key': `key-of-the-test-${key}` } };
    const reply = {
      getHeader: (name: string) => headers[name],
      headers: (more: object) => Object.assign(headers, more),
    };
    const error = await door
      .enter(request as unknown as FastifyRequest, reply as unknown as FastifyReply)
      .catch((thrown: unknown) => thrown as AppError);
    return { headers, error };
  };
  const passes = async (count: number, from: Parameters<typeof ask>[0]) => {
    const answers = [];
    for (let i = 0; i < count; i += 1) answers.push(await ask(from));
    return answers.filter(({ error }) => error === undefined).length;
  };
  return { clock, metrics, door, ask, passes };
}

describe('Door', () => {
  test('is open while nothing is limited', () => {
    expect(setup({}).door.isOpen).toBe(true);
    expect(setup({ TENANTS: '{"acme": {"rate": "off"}}' }).door.isOpen).toBe(true);
    for (const env of [{ LIMIT_KEY_RATE: '1/s' }, { LIMIT_IP_RATE: '1/s' }])
      expect(setup(env).door.isOpen).toBe(false);
    expect(setup({ TENANTS: '{"acme": {"rate": "1/s"}}' }).door.isOpen).toBe(false);
  });

  test('gives each key a bucket, and says how full it is', async () => {
    const { ask, passes, clock } = setup({ LIMIT_KEY_RATE: '60/m' });
    expect((await ask({})).headers).toEqual({
      'x-ratelimit-limit-requests': 60,
      'x-ratelimit-remaining-requests': 59,
      'x-ratelimit-reset-requests': '1s',
    });
    expect(await passes(100, {})).toBe(59);
    expect(await passes(100, { key: 'b' })).toBe(60);
    clock.advance(5_000);
    expect(await passes(100, {})).toBe(5);
  });

  test('refuses with a code, and for at most a minute', async () => {
    const { ask, metrics } = setup({ LIMIT_KEY_RATE: '2/m', LIMIT_KEY_BURST: '1' });
    await ask({});
    const { error, headers } = await ask({});
    expect(error).toMatchObject({ code: 'rate_limited', status: 429, retryAfterMs: 30_000 });
    expect(headers['x-ratelimit-remaining-requests']).toBe(0);
    expect(await metrics.registry.getSingleMetricAsString('llmq_requests_limited_total')).toContain(
      '{by="key"} 1',
    );
  });

  test('gives each address a bucket, also of those who have no valid key, and announces the nearer limit', async () => {
    const { ask, passes } = setup({ LIMIT_IP_RATE: '5/m', LIMIT_KEY_RATE: '100/m' });
    expect((await ask({})).headers['x-ratelimit-remaining-requests']).toBe(4);
    expect(await passes(10, { key: 'wrong' })).toBe(4);
    expect(await passes(10, { ip: '10.0.0.2' })).toBe(5);
    expect((await ask({ ip: '10.0.0.2' })).error).toMatchObject({ code: 'rate_limited' });
  });

  test('gives the keys of a tenant what the tenant may', async () => {
    const tenants = { acme: { rate: '3/m', burst: 7 }, other: { rate: 'off' } };
    const { passes } = setup({ LIMIT_KEY_RATE: '1/m', TENANTS: JSON.stringify(tenants) });
    expect([await passes(20, {}), await passes(20, { key: 'b' })]).toEqual([7, 7]);
    expect(await passes(20, { key: 'c' })).toBe(20);
  });

  test('without API keys all callers are one', async () => {
    const { passes } = setup({ LIMIT_KEY_RATE: '4/m', API_KEYS: '' });
    expect(await passes(9, { key: 'x' })).toBe(4);
    expect(await passes(9, { key: 'y' })).toBe(0);
  });

  test('does not count health checks and what is outside of the API', async () => {
    const { passes } = setup({ LIMIT_IP_RATE: '1/m' });
    for (const url of ['/health', '/metrics', '/api/v1/health']) expect(await passes(5, { url })).toBe(5);
    expect(await passes(5, { url: '/v1/chat/completions' })).toBe(1);
  });
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['10.1.2.3:4711', '10.1.2.3'],
  ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
  ['2001:0DB8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['x'.repeat(200), 'x'.repeat(64)],
])('%s is limited as %s', (address, network) => expect(networkOf(address)).toBe(network));

test.each([
  [0, '0ms'],
  [120, '120ms'],
  [1_000, '1s'],
  [8_640, '8.64s'],
  [60_000, '1m0s'],
  [361_500, '6m1.5s'],
])('%i ms are written as %s', (ms, text) => expect(shortDuration(ms)).toBe(text));
