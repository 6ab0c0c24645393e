import { afterAll, beforeAll, expect, test } from 'vitest';
import { AddressGuard } from '#outbound';
import { providerSpec } from '../../../../tests/support/specs.js';
import { type FakeUpstream, startFakeUpstream } from '../../../../tests/upstream/fake-upstream.js';
import { OPENAI_COMPATIBLE } from '../openai-compatible/dialect.js';
import { HttpProvider } from './http-provider.js';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterAll(() => upstream.close());

async function call(guarded: boolean, guard?: AddressGuard): Promise<number> {
  const provider = new HttpProvider(providerSpec('p'), OPENAI_COMPATIBLE, guard);
  const endpoint = { ...providerSpec('p').endpoints[0]!, url: `${upstream.url}/v1`, guarded };
  const request = { messages: [{ role: 'user', content: 'hi' } as const], model: 'm', requestId: 'r' };
  const via = { endpoint, key: undefined };
  try {
    return (await Array.fromAsync(provider.stream(request, via, new AbortController().signal))).length;
  } finally {
    await provider.close();
  }
}

test('an address of this machine is not called where somebody has chosen it over the API', async () => {
  await expect(call(true)).rejects.toMatchObject({ code: 'provider_unavailable' });
  expect(upstream.calls()).toEqual([]);
});

test('it is called where the operator allows it, or has configured it', async () => {
  expect(await call(true, new AddressGuard({ allowPrivate: true, allowedHosts: [] }))).toBeGreaterThan(0);
  expect(await call(false)).toBeGreaterThan(0);
});
