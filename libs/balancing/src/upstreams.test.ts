import { describe, expect, test } from 'vitest';
import { DOWN, OK, setup } from './caller.conformance.js';
import { balancing, endpoint, key, provider } from './test-provider.conformance.js';
import { unavailableError } from './unavailable.js';

describe('Upstreams', () => {
  test('picks an endpoint and a key, and counts the call until it is done, once', () => {
    const { upstreams, pick } = setup();
    const one = pick();
    expect(one).toMatchObject({
      endpoint: { id: 'a', url: 'http://a.test/v1' },
      key: { secret: 'secret of k' },
    });
    const connections = () => upstreams.pulses()['p']!.endpoints['a']!.connections;
    expect(connections()).toBe(1);
    one.done(OK);
    one.done(DOWN);
    expect(connections()).toBe(0);
    expect(upstreams.pulses()['p']!.endpoints['a']!.errorRate).toBe(0);
  });

  test('gives no key where the provider asks for none', () => {
    const { pick } = setup({ keys: [] });
    expect(pick().key).toBeUndefined();
  });

  test('says so when there is no such provider, or nothing in it', () => {
    const { upstreams, refused } = setup({ endpoints: [] });
    expect(upstreams.pick({ provider: 'nobody' })).toMatchObject({ available: false, reasons: [] });
    expect(refused()).toMatchObject({ code: 'provider_unavailable', retryAfterMs: 60_000 });
  });

  test('leaves out what has been tried', () => {
    const { pick, refused, calls } = setup({ keys: [key('k'), key('l')] });
    expect(new Set(calls(6, OK, { exclude: { endpoints: ['a'] } }))).toEqual(new Set(['b']));
    expect(pick({ exclude: { keys: ['k'] } }).key!.id).toBe('l');
    const error = unavailableError('p', refused({ exclude: { endpoints: ['a'], keys: ['k', 'l'] } }));
    expect(error).toMatchObject({ code: 'provider_unavailable', retryAfterMs: 0 });
    expect(error.message).toBe('No endpoint of p can be called now: a excluded, b k excluded, b l excluded');
  });

  test('asks backups only while no primary can be called', () => {
    const endpoints = [endpoint('a', { maxConnections: 1 }), endpoint('b', { group: 'backup' })];
    const { pick, calls } = setup({ endpoints });
    expect(calls(5)).toEqual(['a', 'a', 'a', 'a', 'a']);
    const full = pick();
    expect(calls(2)).toEqual(['b', 'b']);
    full.done(OK);
    expect(calls(1)).toEqual(['a']);
    calls(5, DOWN);
    expect(calls(3)).toEqual(['b', 'b', 'b']);
  });

  test('uses its share of the connections of an endpoint, and what other processes leave', () => {
    const { upstreams, clock, pick, refused } = setup({ endpoints: [endpoint('a', { maxConnections: 4 })] });
    const other = setup({ endpoints: [endpoint('a', { maxConnections: 4 })] });
    const hear = () => upstreams.hear({ processId: 'other', providers: other.upstreams.pulses() });
    other.pick();
    const [one] = [other.pick(), other.pick()];
    hear();
    pick();
    pick();
    expect(refused()).toMatchObject({
      code: 'provider_overloaded',
      retryAfterMs: 250,
      reasons: [{ endpoint: 'a', reason: 'full' }],
    });
    one.done(OK);
    hear();
    refused();
    clock.advance(5_001);
    pick();
    pick();
    refused();
  });

  test('does not use what an operator has turned off', () => {
    const off = endpoint('a', { enabled: false });
    const drained = setup({ endpoints: [endpoint('a', { weight: 0 }), endpoint('b')] });
    expect(new Set(drained.calls(4))).toEqual(new Set(['b']));
    const { upstreams, calls, refused } = setup({ endpoints: [off, endpoint('b')] });
    expect(new Set(calls(4))).toEqual(new Set(['b']));
    upstreams.configure([provider({ endpoints: [off, endpoint('b', { declared: 'unhealthy' })] })]);
    expect(refused()).toMatchObject({
      retryAfterMs: 60_000,
      reasons: [{ reason: 'disabled' }, { reason: 'unhealthy' }],
    });
  });
});

describe('the room of a provider', () => {
  test('is what its endpoints and keys leave', () => {
    const endpoints = [endpoint('a', { maxConnections: 3 }), endpoint('b', { maxConnections: 5 })];
    const { upstreams, pick, calls, only } = setup({ endpoints });
    expect([upstreams.room('p'), upstreams.room('nobody')]).toEqual([8, 0]);
    const one = pick(only('a'));
    expect(upstreams.room('p')).toBe(7);
    one.done(OK);
    calls(5, DOWN, only('a'));
    expect(upstreams.room('p')).toBe(5);
    const few = { keys: [key('k', { limits: { concurrency: 2 } })] };
    expect(setup(few).upstreams.room('p')).toBe(4);
    expect(setup().upstreams.room('p')).toBe(Infinity);
  });

  test('is one while a single probe may find out, and nothing while it does', () => {
    const { upstreams, clock, pick, calls } = setup({ endpoints: [endpoint('a', { maxConnections: 50 })] });
    calls(5, DOWN);
    expect(upstreams.room('p')).toBe(0);
    clock.advance(1_000);
    expect(upstreams.room('p')).toBe(1);
    const probe = pick();
    expect(upstreams.room('p')).toBe(0);
    probe.done(OK);
    calls(1);
    expect(upstreams.room('p')).toBe(50);
  });

  test('is one on each endpoint while it is not known how long a key must rest', () => {
    const { upstreams, clock, calls } = setup();
    calls(2, { result: 'provider_rate_limited' });
    expect(upstreams.room('p')).toBe(0);
    clock.advance(500);
    expect(upstreams.room('p')).toBe(2);
  });

  test('of the only way there is, is left as it is by a limit that names no time', () => {
    const { upstreams, calls } = setup({ endpoints: [endpoint('a')] });
    calls(1, { result: 'provider_rate_limited' });
    expect(upstreams.room('p')).toBe(Infinity);
  });
});

describe('while it runs', () => {
  test('weights and strategy change, and what is the same keeps its memory', () => {
    const { upstreams, pick, calls } = setup();
    const before = pick();
    const heavy = [endpoint('a'), endpoint('b', { weight: 3 })];
    const byWeight = { endpoints: heavy, balancing: balancing({ strategy: 'weighted_round_robin' }) };
    upstreams.configure([provider(byWeight)]);
    expect(calls(8).filter((id) => id === 'b')).toHaveLength(6);
    expect(upstreams.pulses()['p']).toMatchObject({ strategy: 'weighted_round_robin' });
    expect(upstreams.pulses()['p']!.endpoints['a']!.connections).toBe(1);
    before.done(OK);
    expect(upstreams.pulses()['p']!.endpoints['a']!.connections).toBe(0);
  });

  test('an endpoint at another address begins anew, and calls of the old one do not count', () => {
    const { upstreams, pick, calls, only } = setup();
    const old = pick(only('a'));
    calls(5, DOWN, only('a'));
    expect(upstreams.pulses()['p']!.endpoints['a']!.health).toBe('unhealthy');
    upstreams.configure([provider({ endpoints: [endpoint('a', { url: 'http://elsewhere.test' })] })]);
    old.done(DOWN);
    expect(upstreams.pulses()['p']!.endpoints).toMatchObject({
      a: { health: 'healthy', connections: 0, seenAtMs: null },
    });
  });

  test('a provider goes', () => {
    const { upstreams, ask } = setup();
    upstreams.configure([]);
    expect(ask().available).toBe(false);
    expect(upstreams.providers).toEqual([]);
  });
});

describe('session affinity', () => {
  const sticky = { balancing: balancing({ affinity: 'user_id', affinityTimeoutMs: 1_000 }) };

  test('brings a client back to its endpoint for as long as it can be called', () => {
    const { upstreams, clock, calls, only } = setup(sticky);
    const mine = { userId: 'me' };
    const [first] = calls(1, OK, mine);
    calls(3);
    expect(new Set(calls(6, OK, mine))).toEqual(new Set([first]));
    expect(upstreams.pulses()['p']!.sessions).toBe(1);
    calls(5, DOWN, only(first!));
    const [second] = calls(1, OK, mine);
    expect(second).not.toBe(first);
    clock.advance(900);
    expect(calls(1, OK, mine)).toEqual([second]);
    clock.advance(1_000);
    expect(upstreams.pulses()['p']!.sessions).toBe(0);
  });
});

describe('the breaker of an endpoint', () => {
  test('keeps calls away until a probe goes well, twice', () => {
    const { upstreams, clock, pick, calls, refused } = setup({ endpoints: [endpoint('a')] });
    const health = () => upstreams.pulses()['p']!.endpoints['a'];
    calls(5, DOWN);
    expect(health()).toMatchObject({ health: 'unhealthy', breaker: 'open' });
    const { code, retryAfterMs, reasons } = refused();
    expect({ code, reason: reasons[0]!.reason }).toEqual({
      code: 'provider_overloaded',
      reason: 'breaker_open',
    });
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    clock.advance(retryAfterMs);
    const probe = pick();
    expect(health()).toMatchObject({ health: 'degraded', breaker: 'half-open' });
    refused();
    probe.done(OK);
    calls(1);
    expect(health()).toMatchObject({ breaker: 'closed' });
  });

  test.each(['provider_rejected', 'stopped', 'cancelled', 'reply_too_large'] as const)(
    'does not mind %s',
    (result) => {
      const { upstreams, calls } = setup({ endpoints: [endpoint('a')] });
      calls(20, { result });
      expect(upstreams.pulses()['p']!.endpoints['a']).toMatchObject({ breaker: 'closed', errorRate: 0 });
    },
  );

  test('has to wait for as long as the endpoint asks to be left alone', () => {
    const { clock, calls, refused } = setup({ endpoints: [endpoint('a')] });
    calls(1, { result: 'provider_overloaded', retryAfterMs: 3_000 });
    expect(refused()).toMatchObject({
      code: 'provider_overloaded',
      retryAfterMs: 3_000,
      reasons: [{ reason: 'resting' }],
    });
    clock.advance(3_000);
    calls(2, { result: 'provider_unavailable', retryAfterMs: 3_600_000 });
    calls(1, { result: 'provider_overloaded', retryAfterMs: 3_600_000 });
    expect(refused().retryAfterMs).toBe(60_000);
  });

  test('listens to checks', () => {
    const { upstreams, calls, ask } = setup({ endpoints: [endpoint('a')] });
    for (let i = 0; i < 5; i += 1) upstreams.checked('p', 'a', false);
    expect(ask().available).toBe(false);
    upstreams.checked('p', 'a', true);
    calls(2);
    expect(upstreams.pulses()['p']!.endpoints['a']!.breaker).toBe('closed');
    upstreams.checked('p', 'nobody', true);
    upstreams.checked('nobody', 'a', true);
  });
});
