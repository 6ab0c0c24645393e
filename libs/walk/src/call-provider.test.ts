import { expect, test } from 'vitest';
import { Upstreams } from '#balancing';
import { type KeySpec } from '#catalog';
import { MemoryConcurrency, MemoryRates } from '#limits';
import { createLogger, Metrics } from '#observability';
import { type Provider } from '#providers';
import { SystemClock } from '#runtime';
import { providerSpec } from '../../../tests/support/specs.js';
import { CallProvider } from './call-provider.js';
import { KeyRates } from './key-rates.js';
import { WayLimits } from './way-limits.js';

const key = (id: string, limits: KeySpec['limits']): KeySpec => ({
  id,
  secret: `sk-${id}`,
  weight: 1,
  limits,
});

function setup(keys: readonly KeySpec[]) {
  const spec = providerSpec('p', { keys });
  const upstreams = new Upstreams(new Metrics(), createLogger('silent', 'test'));
  upstreams.configure([spec]);
  const used: string[] = [];
  const provider: Provider = {
    spec,
    name: 'p',
    model: 'm',
    maxConcurrency: 9,
    ignores: [],
    async *stream(_, { key: with_ }) {
      used.push(with_?.id ?? '');
      await Promise.resolve();
      yield { type: 'delta', text: 'ok' } as const;
      yield { type: 'finish', reason: 'stop' } as const;
    },
    close: () => Promise.resolve(),
  };
  const clock = new SystemClock();
  const places = new MemoryConcurrency(30_000, clock, 'p1');
  const calls = new CallProvider(upstreams, new KeyRates(new MemoryRates(clock)), new WayLimits(places));
  const call = () => {
    const request = { messages: [], model: 'm', requestId: 'r' };
    const wanted = { provider, request, whom: {}, tokens: 10, onWay: () => undefined };
    return Array.fromAsync(calls.stream(wanted, new AbortController().signal));
  };
  return { call, used, places };
}

test('a key within its limits is used, and when none is left the provider is not called', async () => {
  const { call, used } = setup([key('one', { requestsPerMinute: 2 }), key('two', { requestsPerMinute: 1 })]);
  for (let i = 0; i < 3; i += 1) await call();
  expect(used.toSorted()).toEqual(['one', 'one', 'two']);
  await expect(call()).rejects.toMatchObject({ code: 'provider_rate_limited', wasCalled: false });
  expect(used).toHaveLength(3);
});

test('a key with which other processes make as many calls as it may is left alone until one of them ends', async () => {
  const { call, used, places } = setup([key('one', { concurrency: 1 }), key('two', { concurrency: 1 })]);
  const elsewhere = (id: string) => places.acquire([{ name: `key:p/${id}`, limit: 1 }]);
  const [one, two] = [await elsewhere('one'), await elsewhere('two')];
  await expect(call()).rejects.toMatchObject({ code: 'provider_rate_limited', wasCalled: false });
  if (!one.granted || !two.granted) throw new Error('refused');
  await places.release(two);
  for (let i = 0; i < 3; i += 1) await call();
  expect(used).toEqual(['two', 'two', 'two']);
  expect(await places.held('key:p/two')).toBe(0);
});
