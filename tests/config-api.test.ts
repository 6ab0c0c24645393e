import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const KEY = 'key-of-the-operator-of-these-tests';
const OTHER_KEY = 'key-of-somebody-who-may-only-write';

describe('the configuration', () => {
  let system: System;
  const as = (key: string) => new Client(system.gateways[0]!.url, { 'x-api-key': key });

  beforeAll(async () => {
    system = await startSystem('embedded', {
      API_KEYS: `ops:${KEY}:acme:read+write+admin,app:${OTHER_KEY}:acme:read+write`,
      TENANTS: '{"acme": {"weight": 3}}',
      MESSAGE_MAX_RETRIES: '5',
    });
  });
  afterAll(() => system?.stop());

  test('is shown to operators, in the words of older clients and whole, without a secret', async () => {
    const { status, headers, body } = await as(KEY).get('/api/v1/config');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({
      server: { host: null, port: 0, mode: 'production' },
      queue: { default_max_size: 10_000, enable_metrics: true, enable_auto_scaling: true },
      scheduler: { strategy: 'adaptive', max_retries: 5, check_interval: '100ms' },
      loadbalancer: { algorithm: 'weighted_round_robin', enable_session_affinity: false },
    });
    const values = new Map(
      body.settings.map(({ name, value }: { name: string; value: unknown }) => [name, value]),
    );
    expect(values.get('auth.keys')).toBe('(set)');
    expect(values.get('tenants')).toMatchObject({ acme: { weight: 3 } });
    expect(JSON.stringify(body)).not.toContain(KEY);
  });

  test('is shown to nobody else', async () => {
    expect((await as(OTHER_KEY).get('/api/v1/config')).status).toBe(403);
    expect((await new Client(system.gateways[0]!.url).get('/api/v1/config')).status).toBe(401);
  });
});
