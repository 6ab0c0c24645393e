import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.js';
import { TenantSettings } from './settings.js';

const withTenants = (tenants: unknown) =>
  new TenantSettings(
    loadConfig({ env: { TENANTS: typeof tenants === 'string' ? tenants : JSON.stringify(tenants) } }).tenants,
  );

describe('TenantSettings', () => {
  test('know what is configured, and let everybody else do everything', () => {
    const settings = withTenants({ acme: { max_priority: 'high', weight: 2, user_weights: { ada: 5 } } });
    expect(settings.policyOf('acme')).toEqual({
      max_priority: 'high',
      weight: 2,
      user_weights: new Map([['ada', 5]]),
    });
    const anybody = { max_priority: 'realtime', weight: 1, user_weights: new Map() };
    for (const id of ['other', 'constructor', '__proto__']) expect(settings.policyOf(id)).toEqual(anybody);
  });

  test('have a default for each value', () => {
    expect(withTenants({ acme: {} }).policyOf('acme')).toEqual({
      max_priority: 'realtime',
      weight: 1,
      user_weights: new Map(),
    });
  });

  test.each([
    ['{"acme"', 'must be a mapping'],
    ['[]', 'must be a mapping'],
    [{ acme: { max_priority: 'highest' } }, 'tenants.acme.max_priority'],
    [{ acme: { weight: 0 } }, 'tenants.acme.weight'],
    [{ acme: { weight: 1_001 } }, 'tenants.acme.weight'],
    [{ acme: { user_weights: { ada: -1 } } }, 'tenants.acme.user_weights.ada'],
    [{ acme: { speed: 1 } }, 'tenants.acme.speed is not a setting'],
  ])('refuse %j and say where', (tenants, problem) => {
    const load = () => withTenants(tenants);
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(problem);
  });
});
