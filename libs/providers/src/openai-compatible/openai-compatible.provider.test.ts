import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { type FakeUpstream, startFakeUpstream } from '../../../../tests/upstream/fake-upstream.js';
import { conformsToProvider } from '../provider.conformance.js';
import { type ProviderEvent } from '../provider.js';
import { OpenAiCompatible } from './openai-compatible.provider.js';

const SECRET = 'sk-canary-0123456789';
const signal = new AbortController().signal;
let upstream: FakeUpstream;
let provider: OpenAiCompatible;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const { providers } = loadConfig({
    env: {
      OPENAI_API_KEY: SECRET,
      OPENAI_BASE_URL: `${upstream.url}/v1/`,
      OPENAI_FIRST_TOKEN_TIMEOUT: '300ms',
      OPENAI_IDLE_TIMEOUT: '700ms',
    },
  });
  provider = new OpenAiCompatible(providers.openai);
});
beforeEach(() => {
  upstream.behave({ chunks: 3 });
  upstream.clearCalls();
});
afterAll(async () => {
  await provider.close();
  await upstream.close();
});

function call(): Promise<ProviderEvent[]> {
  const request = { messages: [{ role: 'user', content: 'hi' } as const], model: 'm', requestId: 'req_1' };
  return Array.fromAsync(provider.stream(request, signal));
}

describe('OpenAiCompatible', () => {
  conformsToProvider(() =>
    Promise.resolve({
      provider,
      hangs: () => Promise.resolve(upstream.behave({ chunks: 3, hangAfterChunks: 1 })).then(() => ({})),
      fails: () => Promise.resolve(upstream.behave({ status: 500 })).then(() => ({})),
    }),
  );

  test('sends key, model, messages and the request id', async () => {
    await call();
    const [seen] = upstream.calls();
    expect(seen).toMatchObject({
      model: 'm',
      stream: true,
      requestId: 'req_1',
      messages: [{ role: 'user', text: 'hi' }],
    });
    expect(seen!.headers).toMatchObject({ 'content-type': 'application/json', accept: 'text/event-stream' });
  });

  test.each([
    [{ status: 401 }, 'provider_unauthorized', false],
    [{ status: 400 }, 'provider_rejected', false],
    [{ status: 404 }, 'provider_rejected', false],
    [{ status: 429 }, 'provider_rate_limited', true],
    [{ status: 503 }, 'provider_unavailable', true],
    [{ status: 504 }, 'provider_timeout', true],
    [{ garbage: true }, 'provider_bad_response', true],
    [{ chunks: 3, cutAfterChunks: 1 }, 'provider_unavailable', true],
    [{ cutBeforeHeaders: true }, 'provider_unavailable', true],
    [{ hangBeforeHeaders: true }, 'provider_timeout', true],
    [{ chunks: 3, hangAfterChunks: 1 }, 'provider_timeout', true],
    [{ chunks: 3, errorInStream: true }, 'provider_unavailable', true],
  ] as const)('%j is %s', async (behaviour, code, retryable) => {
    upstream.behave(behaviour);
    await expect(call()).rejects.toMatchObject({ code, retryable });
  });

  test('hears for how long it should wait', async () => {
    upstream.behave({ status: 429, retryAfter: '7' });
    await expect(call()).rejects.toMatchObject({ retryAfterMs: 7_000 });
    upstream.behave({ status: 429, retryAfterMs: 250 });
    await expect(call()).rejects.toMatchObject({ retryAfterMs: 250 });
    upstream.behave({ status: 429, retryAfter: 'soon' });
    await expect(call()).rejects.toMatchObject({ retryAfterMs: undefined });
  });

  test('reads an answer that comes byte by byte, and one without [DONE]', async () => {
    upstream.behave({ reply: 'zwölf Boxkämpfer 🥊', dripBytes: 0 });
    const dripped = await call();
    expect(dripped.map((event) => (event.type === 'delta' ? event.text : '')).join('')).toBe(
      'zwölf Boxkämpfer 🥊',
    );
    upstream.behave({ chunks: 2, noDone: true });
    expect((await call()).at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  test('says nothing of the key in any error', async () => {
    upstream.behave({ status: 401, errorBody: `{"error":{"message":"bad key"}}` });
    const error = (await call().catch((thrown: unknown) => thrown)) as Error;
    expect(JSON.stringify(error) + error.stack).not.toContain(SECRET);
  });
});
