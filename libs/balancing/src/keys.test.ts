import { describe, expect, test } from 'vitest';
import { OK, setup } from './caller.conformance.js';
import { type Outcome } from './outcome.js';
import { key, provider } from './test-provider.conformance.js';

describe('a key', () => {
  const two = { keys: [key('k'), key('l', { weight: 3 })] };
  const LIMITED: Outcome = { result: 'provider_rate_limited', retryAfterMs: 2_000 };

  test('gets its part of the calls', () => {
    const { pick } = setup(two);
    const used = Array.from({ length: 8 }, () => pick().key!.id);
    expect(used.filter((id) => id === 'l')).toHaveLength(6);
  });

  test('rests for as long as it is told to, on the endpoint that said so', () => {
    const { clock, calls, refused, only, rests } = setup();
    calls(1, LIMITED, only('a'));
    expect(new Set(calls(4))).toEqual(new Set(['b']));
    expect(refused(only('a'))).toMatchObject({ code: 'provider_rate_limited', retryAfterMs: 2_000 });
    clock.advance(2_000);
    expect(new Set(calls(4))).toEqual(new Set(['a', 'b']));
    expect(rests).toEqual([]);
  });

  test('rests longer each time that it is not told for how long, and is probed by one call', () => {
    const { clock, calls, pick, refused, only } = setup();
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      calls(1, { result: 'provider_rate_limited' }, only('a'));
      waits.push(refused(only('a')).retryAfterMs);
      clock.advance(waits.at(-1)!);
    }
    waits.forEach((wait, i) => expect(wait).toBeLessThanOrEqual(500 * 2 ** i));
    waits.forEach((wait, i) => expect(wait).toBeGreaterThanOrEqual(375 * 2 ** i));
    const probe = pick(only('a'));
    refused(only('a'));
    probe.done(OK);
    pick(only('a'));
    pick(only('a'));
  });

  test('rests before it is refused, when its limits say that nothing is left', () => {
    const { calls, refused, only } = setup();
    const limits = { requests: { limit: 60, remaining: 0, resetMs: 1_500 } };
    calls(1, { result: 'ok', limits }, only('a'));
    expect(refused(only('a'))).toMatchObject({ code: 'provider_rate_limited', retryAfterMs: 1_500 });
    const tokens = { limit: 200_000, remaining: 900, resetMs: 3_000 };
    calls(1, { result: 'ok', limits: { tokens } }, only('b'));
    expect(refused(only('b'))).toMatchObject({ retryAfterMs: 3_000 });
  });

  test.each([
    { limit: 0, remaining: 0, resetMs: 1_000 },
    { limit: -1, remaining: -1, resetMs: 1_000 },
    { limit: 10, remaining: 0, resetMs: 0 },
    { limit: 10, resetMs: 1_000 },
    { limit: 10, remaining: 0 },
    { limit: 10, remaining: 3, resetMs: 1_000 },
  ])('does not rest because of %j', (seen) => {
    const { calls } = setup();
    calls(10, { result: 'ok', limits: { requests: seen, tokens: seen } });
  });

  test('rests everywhere when its quota is used up, and every process hears of it', () => {
    const { clock, calls, refused, rests } = setup();
    calls(1, { result: 'provider_quota_exhausted', retryAfterMs: 6 * 3_600_000 });
    expect(refused()).toMatchObject({ code: 'provider_quota_exhausted', retryAfterMs: 60_000 });
    expect(rests).toMatchObject([
      { provider: 'p', key: 'k', endpoint: '', reason: 'provider_quota_exhausted', forMs: 6 * 3_600_000 },
    ]);
    clock.advance(6 * 3_600_000);
    calls(1);
  });

  test('is out when it is refused, loudly, until it is put back', () => {
    const { upstreams, clock, calls, refused, rests, log } = setup();
    calls(1, { result: 'provider_unauthorized' });
    clock.advance(30 * 86_400_000);
    expect(refused()).toMatchObject({ code: 'provider_unauthorized', retryAfterMs: 60_000 });
    expect(upstreams.pulses()['p']!.keys['k']).toMatchObject({
      reason: 'provider_unauthorized',
      forMs: null,
    });
    expect(log.lines[0]).toMatch(/^error .*"key":"k".*refused an API key/);
    expect(log.lines.join()).not.toContain('secret');
    expect(JSON.stringify(rests)).not.toContain('secret of k');
    upstreams.apply({ ...rests[0]!, forMs: 0 });
    calls(1);
  });

  test('begins one rest by many calls that were under way together, and another one by being refused', () => {
    const { pick, rests, log } = setup();
    const picks = Array.from({ length: 10 }, () => pick());
    for (const one of picks.slice(0, 6))
      one.done({ result: 'provider_quota_exhausted', retryAfterMs: 60_000 });
    for (const one of picks.slice(6)) one.done({ result: 'provider_unauthorized' });
    expect(rests.map(({ forMs }) => forMs)).toEqual([60_000, null]);
    expect(log.lines).toHaveLength(2);
  });

  test('is out until it is changed', () => {
    const { upstreams, calls, refused, rests } = setup();
    calls(1, { result: 'provider_unauthorized' });
    upstreams.configure([provider()]);
    refused();
    upstreams.configure([provider({ keys: [key('k', { secret: 'another' })] })]);
    calls(1);
    upstreams.apply(rests[0]!);
    calls(1);
  });

  test('rests because of what another process says', () => {
    const [here, there] = [setup(two), setup(two)];
    here.calls(1, { result: 'provider_unauthorized' }, { exclude: { keys: ['l'] } });
    there.upstreams.apply(here.rests[0]!);
    for (let i = 0; i < 8; i += 1) expect(there.pick().key!.id).toBe('l');
    there.upstreams.apply({ ...here.rests[0]!, provider: 'nobody' });
    there.upstreams.apply({ ...here.rests[0]!, key: 'nobody' });
  });

  test('is used for so many calls at once as it may be', () => {
    const { pick, refused } = setup({ keys: [key('k', { limits: { concurrency: 2 } })] });
    pick();
    pick();
    expect(refused()).toMatchObject({ code: 'provider_rate_limited', retryAfterMs: 250 });
  });

  test('that there is none of cannot be taken out: its endpoint rests', () => {
    const { calls, rests } = setup({ keys: [] });
    calls(1, { result: 'provider_unauthorized' });
    expect(new Set(calls(4))).toEqual(new Set(['b']));
    expect(rests).toMatchObject([{ key: '', endpoint: 'a', forMs: 600_000 }]);
  });
});
