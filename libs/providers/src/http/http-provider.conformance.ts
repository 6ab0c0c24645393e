import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ProviderSpec } from '#catalog';
import { AppError } from '#contracts';
import { type FakeUpstream, startFakeUpstream } from '../../../../tests/upstream/fake-upstream.js';
import { conformsToProvider } from '../provider.conformance.js';
import { type Provider, type ProviderEvent } from '../provider.js';
import { SECRET, viaOf } from '../recordings.conformance.js';
import { saidIn } from '../said.conformance.js';
import { providerOf, stageOf, TIMEOUTS } from './http-stage.conformance.js';

/** What whoever is called over HTTP owes its callers, against an upstream that misbehaves. */
export function conformsToHttpProvider(kind: ProviderSpec['kind']): void {
  let upstream: FakeUpstream;
  let provider: Provider;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    provider = providerOf(kind);
  });
  beforeEach(() => {
    upstream.behave({ chunks: 3 });
    upstream.clearCalls();
  });
  afterAll(async () => {
    await provider.close();
    await upstream.close();
  });

  conformsToProvider(() => Promise.resolve(stageOf(provider, upstream)));

  async function call(
    secret: string | undefined = SECRET,
    by = provider,
  ): Promise<{ events: ProviderEvent[]; error: unknown }> {
    const request = { messages: [{ role: 'user', content: 'hi' } as const], model: 'm', requestId: 'req_1' };
    const via = viaOf(`${upstream.url}/v1/`, secret);
    const events: ProviderEvent[] = [];
    try {
      for await (const event of by.stream(request, via, new AbortController().signal)) events.push(event);
      return { events, error: undefined };
    } catch (error) {
      return { events, error };
    }
  }

  test('sends key, model, messages and the request id', async () => {
    await call();
    const [seen] = upstream.calls();
    expect(seen).toMatchObject({
      model: 'm',
      stream: true,
      requestId: 'req_1',
      messages: [{ role: 'user', text: 'hi' }],
      authorizationSha256: expect.any(String),
    });
    expect(seen!.headers).toMatchObject({ 'content-type': 'application/json', accept: 'text/event-stream' });
  });

  test('uses the key of the call, and none where there is none', async () => {
    for (const secret of ['one', 'two', '']) await call(secret);
    await provider
      .stream(
        { messages: [{ role: 'user', content: 'hi' }], model: 'm', requestId: 'r' },
        {
          ...viaOf(`${upstream.url}/v1`),
          key: undefined,
        },
        new AbortController().signal,
      )
      [Symbol.asyncIterator]()
      .next();
    const hashes = upstream.calls().map(({ authorizationSha256 }) => authorizationSha256);
    expect(new Set(hashes.slice(0, 2)).size).toBe(2);
    expect(hashes.at(-1)).toBeNull();
  });

  test.each([
    [{ status: 401 }, 'provider_unauthorized', false],
    [{ status: 402 }, 'provider_unauthorized', false],
    [{ status: 400 }, 'provider_rejected', false],
    [{ status: 404 }, 'provider_rejected', false],
    [{ status: 429 }, 'provider_rate_limited', true],
    [{ status: 503 }, 'provider_unavailable', true],
    [{ status: 504 }, 'provider_timeout', true],
    [{ status: 529 }, 'provider_overloaded', true],
    [{ garbage: true }, 'provider_bad_response', true],
    [{ emptyChoices: true }, 'provider_bad_response', true],
    [{ chunks: 3, cutAfterChunks: 1 }, 'provider_unavailable', true],
    [{ cutBeforeHeaders: true }, 'provider_unavailable', true],
    [{ hangBeforeHeaders: true }, 'provider_timeout', true],
    [{ chunks: 3, hangAfterChunks: 0 }, 'provider_timeout', true],
    [{ chunks: 3, hangAfterChunks: 1 }, 'provider_timeout', true],
    [{ chunks: 3, errorInStream: true }, 'provider_unavailable', true],
  ] as const)('%j is %s', async (behaviour, code, retryable) => {
    upstream.behave(behaviour);
    expect((await call()).error).toMatchObject({ code, retryable });
  });

  test('waits longest for the first token, then for the next, and never longer than for all', async () => {
    const silences = [
      [{ hangBeforeHeaders: true }, `within ${TIMEOUTS.firstTokenMs} ms`],
      [{ chunks: 3, hangAfterChunks: 0 }, `within ${TIMEOUTS.firstTokenMs} ms`],
      [{ chunks: 3, hangAfterChunks: 1 }, `silent for ${TIMEOUTS.idleMs} ms`],
    ] as const;
    for (const [behaviour, message] of silences) {
      upstream.behave(behaviour);
      expect((await call()).error).toMatchObject({ message: expect.stringContaining(message) });
    }
    const hasty = providerOf(kind, { timeouts: { ...TIMEOUTS, totalMs: 400 } });
    upstream.behave({ chunks: 100, chunkDelayMs: 50 });
    const { events, error } = await call(SECRET, hasty);
    await hasty.close();
    expect(saidIn(events).text).toContain('word1');
    expect(error).toMatchObject({
      code: 'provider_timeout',
      message: expect.stringContaining('did not finish within 400 ms'),
    });
  });

  test('hears for how long it should wait', async () => {
    const waits = [
      [{ retryAfter: '7' }, 7_000],
      [{ retryAfterMs: 250 }, 250],
      [{ retryAfter: 'soon' }, undefined],
      [{ retryAfter: -1 }, undefined],
    ] as const;
    for (const [headers, retryAfterMs] of waits) {
      upstream.behave({ status: 429, ...headers });
      expect((await call()).error).toMatchObject({ code: 'provider_rate_limited', retryAfterMs });
    }
  });

  describe('limits', () => {
    const tokens = { limit: 1_000, remaining: 0, resetMs: 90_000 };

    test('are told before the answer', async () => {
      upstream.behave({
        chunks: 1,
        rateLimit: { requests: { limit: 60, remaining: 59, resetMs: 17 }, tokens },
      });
      const { events } = await call();
      expect(events[0]).toMatchObject({
        type: 'limits',
        limits: { requests: { limit: 60, remaining: 59 }, tokens: { limit: 1_000, remaining: 0 } },
      });
    });

    test('are told before a refusal, whose wait they are where it names none', async () => {
      upstream.behave({ status: 429, rateLimit: { tokens } });
      const { events, error } = await call();
      expect(events).toMatchObject([{ type: 'limits', limits: { tokens: { remaining: 0 } } }]);
      expect(error).toMatchObject({ code: 'provider_rate_limited', retryAfterMs: expect.any(Number) });
      const { retryAfterMs } = error as AppError;
      expect(Math.abs(retryAfterMs! - 90_000)).toBeLessThan(5_000);
    });

    test('that last for hours are no limits by the minute', async () => {
      upstream.behave({ status: 429, rateLimit: { tokens: { ...tokens, resetMs: 7_200_000 } } });
      expect((await call()).error).toMatchObject({ code: 'provider_quota_exhausted' });
    });

    test('that are nonsense are not told', async () => {
      upstream.behave({ chunks: 1, rateLimit: { tokens: { limit: -1, remaining: -1, resetMs: 0 } } });
      expect((await call()).events[0]).toMatchObject({ type: 'delta' });
    });
  });

  test('reads an answer that comes byte by byte, and one without its last event', async () => {
    upstream.behave({ reply: 'zwölf Boxkämpfer 🥊', dripBytes: 0 });
    expect(saidIn((await call()).events).text).toBe('zwölf Boxkämpfer 🥊');
    upstream.behave({ chunks: 2, noDone: true });
    expect((await call()).events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  test('says nothing of the key in any error, and keeps what the provider said as its cause', async () => {
    for (const where of [{ status: 401 }, { status: 400 }, { errorInStream: 1 }]) {
      upstream.behave({ ...where, errorBody: { error: { message: `bad: my-key-1 ${SECRET}`, code: 'c7' } } });
      for (const secret of [SECRET, 'my-key-1']) {
        const { message, stack, cause } = (await call(secret)).error as AppError;
        expect(cause).toMatchObject({ code: 'c7', message: expect.stringContaining('[redacted]') });
        expect(message + stack + JSON.stringify(cause)).not.toContain(secret);
      }
    }
  });
}
