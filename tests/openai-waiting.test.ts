import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { ask, failure, OpenAiStage } from './support/openai-stage.js';
import { PROFILES } from './support/system.js';

/** What OpenAI itself does not do: requests wait, find their answer again, and end with whoever asked. */
describe.each(PROFILES)("the patience of OpenAI's client (%s)", (topology) => {
  let stage: OpenAiStage;

  beforeAll(async () => {
    stage = await OpenAiStage.open(topology, {
      COMPLETIONS_RETURN_GRACE: '2s',
      QUEUE_MAX_WAITING_LOW: '1',
      QUEUE_MAX_WAIT_NORMAL: '1m',
    });
  });
  afterAll(() => stage?.close());
  afterEach(() => stage.tidy());

  describe('above the capacity', () => {
    test('requests wait, and all are answered', async () => {
      stage.upstream.behave({ firstChunkDelayMs: 100 });
      const texts = Array.from({ length: 8 }, (_, i) => `waits ${i}`);
      const answers = await Promise.all(
        texts.map((text, i) =>
          i % 2
            ? stage
                .openai()
                .chat.completions.stream(ask(text) as never)
                .finalContent()
            : stage.complete(ask(text)).then(({ choices }) => choices[0]!.message.content),
        ),
      );
      expect(answers).toEqual(texts);
    });

    test('one that waits for longer than it may is told so, and not to ask again', async () => {
      stage.upstream.behave({ firstChunkDelayMs: 1_500 });
      const first = stage.complete(ask('occupies'));
      await stage.reached('occupies', 'processing');
      const late = await failure(stage.complete({ ...ask('too late'), ttl: '200ms' }, { maxRetries: 2 }));
      expect(late).toMatchObject({ status: 504, code: 'expired', type: 'server_error' });
      expect(late).toBeInstanceOf(OpenAI.InternalServerError);
      await first;
      expect(stage.upstream.calls()).toHaveLength(1);
    });

    test('a full band is a rate limit', async () => {
      const low = { priority: 'low' };
      // The same one that is asked: each counts for itself, and hears from the others a little later.
      const here = stage.rest('mine', 0);
      await here.post('/api/v1/queues/pause', low);
      const filled: string[] = [];
      await eventually(async () => {
        const { status, body } = await here.post('/api/v1/messages', {
          user_id: 'u',
          content: 'full',
          ...low,
        });
        if (status === 201) filled.push(body.id as string);
        expect(status).toBe(429);
      });
      const refusal = await failure(stage.complete({ ...ask('full'), service_tier: 'flex' }));
      expect(refusal).toBeInstanceOf(OpenAI.RateLimitError);
      expect(refusal).toMatchObject({ status: 429, code: 'queue_full', type: 'rate_limit_error' });
      const wait = refusal.headers!.get('retry-after')!;
      expect(wait).toMatch(/^\d+$/);
      expect(Number(wait)).toBeLessThanOrEqual(60);
      for (const id of filled) await here.delete(`/api/v1/messages/${id}`);
      await here.post('/api/v1/queues/resume', low);
    });
  });

  describe('a repeated request', () => {
    test('is the same call, when the library has lost its patience and asks another gateway', async () => {
      stage.upstream.behave({ firstChunkDelayMs: 1_200 });
      let tries = 0;
      const elsewhere = (url: string, init: RequestInit) => {
        const { url: gateway } = stage.system.gateways[tries++ % stage.system.gateways.length]!;
        return fetch(gateway + new URL(url).pathname, init);
      };
      const impatient = { timeout: 500, maxRetries: 5, fetch: elsewhere };
      const { choices } = await stage.complete(ask('slow but once'), impatient);
      expect(tries).toBeGreaterThan(1);
      expect(choices[0]!.message.content).toBe('slow but once');
      expect(stage.upstream.calls()).toHaveLength(1);
    });

    test.runIf(topology === 'fleet').each(['kill', 'terminate'] as const)(
      'finds its answer at another gateway when its own is lost (%s)',
      async (end) => {
        stage.upstream.behave({ firstChunkDelayMs: 1_500 });
        const lost = await stage.system.start('api-gateway');
        const content = `loses its gateway by ${end}`;
        const urls = [lost.url, stage.system.gateways[0]!.url];
        const elsewhere = (url: string, init: RequestInit) =>
          fetch((urls.shift() ?? stage.system.gateways[0]!.url) + new URL(url).pathname, init);
        const asked = stage.complete(ask(content), { maxRetries: 2, fetch: elsewhere });
        await stage.reached(content, 'processing');
        await stage.system[end](lost);
        expect((await asked).choices[0]!.message.content).toBe(content);
        expect(urls).toEqual([]);
        expect(stage.upstream.calls()).toHaveLength(1);
      },
    );

    test('with a key is answered with the same message', async () => {
      const request = { headers: { 'Idempotency-Key': crypto.randomUUID() } };
      const create = () => stage.openai().chat.completions.create(ask('keyed') as never, request);
      const [first, second] = [await create(), await create()] as unknown as OpenAI.ChatCompletion[];
      expect(second).toEqual(first);
      expect(stage.upstream.calls()).toHaveLength(1);
      const other = stage.openai().chat.completions.create(ask('another') as never, request);
      expect(await failure(other)).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    });

    test('of another caller is another message', async () => {
      const again = { defaultHeaders: { 'X-Stainless-Retry-Count': '1' } };
      await stage.complete(ask('the same words'));
      await stage.complete(ask('the same words'), { ...again, tenant: 'theirs' });
      expect(stage.upstream.calls()).toHaveLength(2);
      await stage.complete(ask('the same words'), again);
      expect(stage.upstream.calls()).toHaveLength(2);
    });
  });

  describe('whoever leaves', () => {
    test('a stream cancels it', async () => {
      stage.upstream.behave({ chunks: 200, chunkDelayMs: 50 });
      for await (const _ of await stage.stream(ask('left stream'))) break;
      await stage.reached('left stream', 'cancelled');
      await eventually(() => expect(stage.upstream.calls()[0]).toMatchObject({ outcome: 'aborted' }));
    });

    test.each([false, true])('before the answer cancels it (stream: %s)', async (stream) => {
      stage.upstream.behave({ firstChunkDelayMs: 60_000 });
      const leave = new AbortController();
      const content = `left early ${stream}`;
      const body = { ...ask(content), stream } as never;
      const asked = stage.openai().chat.completions.create(body, { signal: leave.signal });
      const refused = failure(asked);
      await stage.reached(content, 'processing');
      leave.abort();
      expect(await refused).toBeInstanceOf(OpenAI.APIUserAbortError);
      await stage.reached(content, 'cancelled');
      await eventually(() => expect(stage.upstream.calls()[0]).toMatchObject({ outcome: 'aborted' }));
    });

    test('and comes back later is answered anew', async () => {
      stage.upstream.behave({ firstChunkDelayMs: 60_000 }, {});
      const first = failure(stage.complete(ask('comes back'), { timeout: 300 }));
      await stage.reached('comes back', 'cancelled');
      expect(await first).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
      const again = { defaultHeaders: { 'X-Stainless-Retry-Count': '1' } };
      const { choices } = await stage.complete(ask('comes back'), again);
      expect(choices[0]!.message.content).toBe('comes back');
    });

    test.each([
      [{ on_disconnect: 'continue' }, {}] as const,
      [{}, { 'x-on-disconnect': 'continue' }] as const,
    ])('may leave it to go on: %j %j', async (body, headers) => {
      stage.upstream.behave({ chunks: 10, chunkDelayMs: 50 });
      const content = `left alone ${JSON.stringify([body, headers])}`;
      for await (const _ of await stage.stream({ ...ask(content), ...body }, { headers })) break;
      await stage.reached(content, 'completed');
    });
  });
});
