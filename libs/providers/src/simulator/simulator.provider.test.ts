import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { loadTokenCounter } from '../count-tokens.js';
import { conformsToProvider } from '../provider.conformance.js';
import { Simulator } from './simulator.provider.js';

function simulator(env: Record<string, string> = {}) {
  const { providers } = loadConfig({ env: { SIMULATOR_DELAY: '1ms', SIMULATOR_FAULTS: 'true', ...env } });
  return new Simulator(providers.simulator);
}

const signal = new AbortController().signal;
const request = (simulate?: unknown) => ({
  messages: [{ role: 'user', content: 'hi' } as const],
  model: 'simulator-1',
  requestId: crypto.randomUUID(),
  simulate,
});

async function text(provider: Simulator, simulate?: unknown): Promise<string> {
  const events = await Array.fromAsync(provider.stream(request(simulate), signal));
  return events.map((event) => (event.type === 'delta' ? event.text : '')).join('');
}

describe('Simulator', () => {
  conformsToProvider(() =>
    Promise.resolve({
      provider: simulator(),
      hangs: () => Promise.resolve({ simulate: { hang: true, after_chunks: 1 } }),
      fails: () => Promise.resolve({ simulate: { fail: 'provider_unavailable' } }),
    }),
  );

  beforeAll(loadTokenCounter);

  test('says the same to the same, in as many chunks as configured', async () => {
    expect(await text(simulator({ SIMULATOR_CHUNKS: '2' }))).toBe('chunk 1: hi\nchunk 2: hi\n');
    expect(await text(simulator({ SIMULATOR_CHUNKS: '2', SIMULATOR_CHUNK_LENGTH: '8' }))).toBe(
      'chunk 1:chunk 2:',
    );
  });

  test('fails as often as it is told, per message', async () => {
    const provider = simulator();
    const asked = request({ fail: 'provider_rate_limited', times: 1 });
    await expect(Array.fromAsync(provider.stream(asked, signal))).rejects.toMatchObject({
      code: 'provider_rate_limited',
    });
    expect(await Array.fromAsync(provider.stream(asked, signal))).toHaveLength(6);
  });

  test('blocks its process for as long as it is told, and no longer than a minute', async () => {
    const provider = simulator();
    const blocked = new Promise<number>((resolve) => {
      const startedAt = performance.now();
      setImmediate(() => setTimeout(() => resolve(performance.now() - startedAt), 1));
    });
    await text(provider, { block_ms: 300 });
    expect(await blocked).toBeGreaterThan(250);
    await expect(text(provider, { block_ms: 60_001 })).rejects.toMatchObject({ code: 'provider_rejected' });
  });

  test('does not let messages ask for faults unless faults are enabled', async () => {
    const provider = simulator({ SIMULATOR_FAULTS: 'false' });
    expect(await text(provider, { fail: 'provider_unavailable' })).toContain('chunk 5');
  });

  test('refuses a wish that it does not understand', async () => {
    await expect(text(simulator(), { fail: 'explode' })).rejects.toMatchObject({ code: 'provider_rejected' });
  });

  test('fails at the configured rate', async () => {
    await expect(text(simulator({ SIMULATOR_ERROR_RATE: '1' }))).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
  });
});
