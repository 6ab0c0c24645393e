import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { type ChatRequest } from '../chat.js';
import { countTokens, loadTokenCounter } from '../count-tokens.js';
import { TOOLS } from '../http/http-stage.conformance.js';
import { conformsToProvider } from '../provider.conformance.js';
import { providerSpec } from '../../../../tests/support/specs.js';
import { firstWay } from '../first-way.conformance.js';
import { type ProviderEvent } from '../provider.js';
import { saidIn } from '../said.conformance.js';
import { Simulator } from './simulator.provider.js';

function simulator(env: Record<string, string> = {}) {
  const { providers } = loadConfig({ env: { SIMULATOR_DELAY: '1ms', SIMULATOR_FAULTS: 'true', ...env } });
  return new Simulator(providerSpec('simulator', { kind: 'simulator' }), providers.simulator);
}

const signal = new AbortController().signal;
const request = (simulate?: unknown) => ({
  messages: [{ role: 'user', content: 'hi' } as const],
  model: 'simulator-1',
  requestId: crypto.randomUUID(),
  simulate,
});

function answer(provider: Simulator, asked: ChatRequest): Promise<ProviderEvent[]> {
  return Array.fromAsync(provider.stream(asked, firstWay(provider.spec), signal));
}

async function text(provider: Simulator, simulate?: unknown): Promise<string> {
  return saidIn(await answer(provider, request(simulate))).text;
}

describe('Simulator', () => {
  conformsToProvider(() => {
    const provider = simulator();
    return Promise.resolve({
      provider,
      via: firstWay(provider.spec),
      hangs: () => Promise.resolve({ simulate: { hang: true, after_chunks: 1 } }),
      fails: () => Promise.resolve({ simulate: { fail: 'provider_unavailable' } }),
      thinks: () => Promise.resolve({ simulate: { reasoning: 'Two and two.' } }),
      callsTools: () => Promise.resolve({ simulate: { tool_calls: TOOLS } }),
    });
  });

  beforeAll(loadTokenCounter);

  test('answers with JSON where it is asked for, in as many pieces', async () => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } } };
    const json_schema = { name: 'n', schema };
    const parameters = { response_format: { type: 'json_schema', json_schema } as const };
    const events = await answer(simulator({ SIMULATOR_CHUNKS: '3' }), { ...request(), parameters });
    expect(saidIn(events).text).toBe('{"ok":true}');
    expect(events.filter(({ type }) => type === 'delta')).toHaveLength(3);
  });

  test('says the same to the same, in as many chunks as configured', async () => {
    expect(await text(simulator({ SIMULATOR_CHUNKS: '2' }))).toBe('chunk 1: hi\nchunk 2: hi\n');
    expect(await text(simulator({ SIMULATOR_CHUNKS: '2', SIMULATOR_CHUNK_LENGTH: '8' }))).toBe(
      'chunk 1:chunk 2:',
    );
  });

  test('says no more than it may', async () => {
    const asked = { ...request(), parameters: { max_tokens: 10 } };
    const said = saidIn(await answer(simulator(), asked));
    expect('chunk 1: hi\nchunk 2: hi\n').toContain(said.text);
    expect(countTokens(said.text)).toBeLessThanOrEqual(10);
    expect(countTokens(said.text)).toBeGreaterThan(5);
    expect(said.finish).toMatchObject({ reason: 'length', usage: { completionTokens: expect.any(Number) } });
    expect(await answer(simulator(), { ...asked, parameters: { max_tokens: 0 } })).toHaveLength(1);
    const enough = { ...asked, parameters: { max_tokens: 1_000 } };
    expect(saidIn(await answer(simulator(), enough)).finish).toMatchObject({ reason: 'stop' });
  });

  test('fails as often as it is told, per message', async () => {
    const provider = simulator();
    const asked = request({ fail: 'provider_rate_limited', times: 1 });
    await expect(answer(provider, asked)).rejects.toMatchObject({
      code: 'provider_rate_limited',
    });
    expect(await answer(provider, asked)).toHaveLength(6);
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
