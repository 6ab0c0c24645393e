import { expect, test } from 'vitest';
import { Upstreams } from '#balancing';
import { type KeySpec } from '#catalog';
import { MemoryRates } from '#limits';
import { createLogger, Metrics } from '#observability';
import { type Provider } from '#providers';
import { SystemClock } from '#runtime';
import { providerSpec } from '../../../tests/support/specs.js';
import { CallProvider } from './call-provider.js';
import { KeyRates } from './key-rates.js';

const key = (id: string, requestsPerMinute: number): KeySpec => ({
  id,
  secret: `sk-${id}`,
  weight: 1,
  limits: { requestsPerMinute },
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
  const calls = new CallProvider(upstreams, new KeyRates(new MemoryRates(new SystemClock())));
  const call = () => {
    const request = { messages: [], model: 'm', requestId: 'r' };
    const wanted = { provider, request, whom: {}, tokens: 10, onWay: () => undefined };
    return Array.fromAsync(calls.stream(wanted, new AbortController().signal));
  };
  return { call, used };
}

test('a key within its limits is used, and when none is left the provider is not called', async () => {
  const { call, used } = setup([key('one', 2), key('two', 1)]);
  for (let i = 0; i < 3; i += 1) await call();
  expect(used.toSorted()).toEqual(['one', 'one', 'two']);
  await expect(call()).rejects.toMatchObject({ code: 'provider_rate_limited', wasCalled: false });
  expect(used).toHaveLength(3);
});
