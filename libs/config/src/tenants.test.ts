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
      burst: 0,
    });
    const anybody = { max_priority: 'realtime', weight: 1, user_weights: new Map(), burst: 0 };
    for (const id of ['other', 'constructor', '__proto__']) expect(settings.policyOf(id)).toEqual(anybody);
  });

  test('have a default for each value', () => {
    expect(withTenants({ acme: {} }).policyOf('acme')).toEqual({
      max_priority: 'realtime',
      weight: 1,
      user_weights: new Map(),
      burst: 0,
    });
  });

  test('may have a rate of their own', () => {
    const settings = withTenants({ acme: { rate: '50/s', burst: 200 }, free: { rate: 'off' } });
    expect(settings.policyOf('acme')).toMatchObject({ rate: { requests: 50, perMs: 1_000 }, burst: 200 });
    expect(settings.policyOf('free')).toMatchObject({ rate: 'off' });
  });

  test('may have budgets, for themselves and for each user', () => {
    const budgets = { budget: { day: 5, month: 100.5 }, user_budget: { day: 0 } };
    expect(withTenants({ acme: budgets }).policyOf('acme')).toMatchObject(budgets);
  });

  test.each([
    ['{"acme"', 'must be a mapping'],
    ['[]', 'must be a mapping'],
    [{ acme: { max_priority: 'highest' } }, 'tenants.acme.max_priority'],
    [{ acme: { weight: 0 } }, 'tenants.acme.weight'],
    [{ acme: { weight: 1_001 } }, 'tenants.acme.weight'],
    [{ acme: { user_weights: { ada: -1 } } }, 'tenants.acme.user_weights.ada'],
    [{ acme: { rate: 'fast' } }, 'must be a rate such as'],
    [{ acme: { rate: '0/s' } }, 'tenants.acme.rate'],
    [{ acme: { budget: { day: -1 } } }, 'tenants.acme.budget.day'],
    [{ acme: { user_budget: { week: 1 } } }, 'tenants.acme.user_budget.week is not a setting'],
    [{ acme: { speed: 1 } }, 'tenants.acme.speed is not a setting'],
  ])('refuse %j and say where', (tenants, problem) => {
    const load = () => withTenants(tenants);
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(problem);
  });
});
