import OpenAI, { APIError } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const keyOf = (tenant: string) => `key-of-the-tenant-${tenant}`;
const API_KEYS = ['mine', 'theirs']
  .map((tenant) => `${tenant}:${keyOf(tenant)}:${tenant}:read+write+admin`)
  .join(',');

const MODEL = 'fake-model';
const ask = (content: string) => ({ model: MODEL, messages: [{ role: 'user', content }] as const });
const LOOK = {
  type: 'function',
  function: { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } },
} as const;

type Body = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;
type Options = Readonly<Record<string, unknown>>;

/** Everything through the library that OpenAI publishes: what it reads is what its users get. */
describe.each(PROFILES)("OpenAI's client (%s)", (topology) => {
  let upstream: FakeUpstream;
  let system: System;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const env = { API_KEYS, OPENAI_MAX_CONCURRENCY: '1', COMPLETIONS_RETURN_GRACE: '2s' };
    system = await startSystem(topology, {
      ...openAiEnv(upstream),
      ...env,
      QUEUE_MAX_WAITING_LOW: '1',
      QUEUE_MAX_WAIT_NORMAL: '1m',
      QUEUE_SHEDDING: 'false',
    });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(async () => {
    upstream.behave({});
    await eventually(() => expect(upstream.calls().filter(({ outcome }) => outcome === null)).toEqual([]));
    upstream.clearCalls();
  });

  const openai = (options: Options = {}) =>
    new OpenAI({
      baseURL: `${system.gateways[0]!.url}/v1`,
      apiKey: keyOf('mine'),
      maxRetries: 0,
      ...options,
    });
  const rest = (tenant = 'mine', gateway = -1) =>
    new Client(system.gateways.at(gateway)!.url, { 'x-api-key': keyOf(tenant) });
  const complete = (body: Options, options: Options = {}) =>
    openai(options).chat.completions.create(body as unknown as Body);
  const messageOf = async (content: string) => {
    const { body } = await rest().get('/api/v1/messages?limit=100');
    const found = body.messages.find((each: { content: string }) => each.content === content);
    if (!found) throw new Error(`no message ${content}`);
    return found as { id: string; status: string; priority: string; user_id: string };
  };
  const reached = (content: string, status: string) =>
    eventually(async () => expect(await messageOf(content)).toMatchObject({ status }));
  const failure = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(APIError);
    return error as APIError;
  };

  describe('a chat', () => {
    test('is answered, and is a message of its tenant', async () => {
      const { data, response } = await openai()
        .chat.completions.create({ ...ask('Say hello'), user: 'ada', metadata: { team: 'red' } } as never)
        .withResponse();
      const { id, ...completion } = data as unknown as OpenAI.ChatCompletion;
      expect(completion).toMatchObject({
        object: 'chat.completion',
        model: MODEL,
        service_tier: 'default',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Say hello', refusal: null },
            finish_reason: 'stop',
          },
        ],
      });
      const usage = completion.usage!;
      expect(usage.prompt_tokens).toBeGreaterThan(0);
      expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
      expect(Math.abs(completion.created - Date.now() / 1_000)).toBeLessThan(60);
      const messageId = response.headers.get('x-message-id')!;
      expect(id).toBe(messageId.replace('msg_', 'chatcmpl-'));
      expect((await rest().get(`/api/v1/messages/${messageId}`)).body).toMatchObject({
        status: 'completed',
        user_id: 'ada',
        conversation_id: null,
        metadata: { team: 'red' },
        messages: [{ role: 'user', content: 'Say hello' }],
      });
      expect((await rest('theirs').get(`/api/v1/messages/${messageId}`)).status).toBe(404);
    });

    test('streams, with the usage at the end', async () => {
      const stream = await openai().chat.completions.create({
        ...ask('one two three four'),
        stream: true,
        stream_options: { include_usage: true },
      } as never);
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream as unknown as AsyncIterable<OpenAI.ChatCompletionChunk>)
        chunks.push(chunk);
      expect(chunks[0]!.choices[0]!.delta).toMatchObject({ role: 'assistant' });
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
        'one two three four',
      );
      expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe('stop');
      const last = chunks.at(-1)!;
      expect(last.choices).toEqual([]);
      expect(last.usage!.completion_tokens).toBeGreaterThan(0);
      expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual(chunks.slice(1).map(() => null));
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    });

    test('reaches the provider turn by turn, and nothing else does', async () => {
      const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } };
      const parts = [
        { type: 'text', text: 'What is' },
        { type: 'text', text: ' this?' },
      ];
      const earlier = await complete(ask('Something else entirely'));
      await complete({
        model: MODEL,
        messages: [
          { role: 'developer', content: 'Be brief.' },
          { role: 'user', content: parts, name: 'ada' },
          { role: 'assistant', content: null, refusal: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
          earlier.choices[0]!.message,
          { role: 'user', content: 'And now?' },
        ],
        tools: [LOOK],
        tool_choice: 'auto',
        temperature: 0.5,
        top_p: 0.9,
        max_completion_tokens: 50,
        stop: ['END'],
        seed: 7,
        response_format: { type: 'json_object' },
      });
      const { body } = upstream.calls().at(-1)!;
      expect(body).toEqual({
        model: MODEL,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: parts, name: 'ada' },
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
          { role: 'assistant', content: 'Something else entirely' },
          { role: 'user', content: 'And now?' },
        ],
        tools: [LOOK],
        tool_choice: 'auto',
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 50,
        stop: ['END'],
        seed: 7,
        response_format: { type: 'json_object' },
        stream: true,
        stream_options: { include_usage: true },
      });
    });

    test('may show pictures to a model that sees', async () => {
      const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } };
      const content = [{ type: 'text', text: 'What is this?' }, picture];
      const messages = [{ role: 'user', content }];
      await complete({ model: 'gpt-5-mini', messages });
      expect(upstream.calls().at(-1)!.body).toMatchObject({ model: 'gpt-5-mini', messages });
      const blind = await failure(complete({ model: MODEL, messages }));
      expect(blind).toMatchObject({ status: 400, code: 'no_target', param: 'model' });
    });

    test('may come to calls of tools', async () => {
      upstream.behave({ toolCalls: [{ name: 'look', arguments: '{"at":"x"}' }] });
      const { choices } = await complete({ ...ask('Look'), tools: [LOOK] });
      expect(choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          content: null,
          tool_calls: [{ type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }],
        },
      });
      const streamed = openai().chat.completions.stream({ ...ask('Look'), tools: [LOOK] } as never);
      const { choices: final } = await streamed.finalChatCompletion();
      expect(final[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: { tool_calls: [{ function: { name: 'look', arguments: '{"at":"x"}' } }] },
      });
    });

    test('that asks for a schema gets what the model says, asked for once', async () => {
      const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
      upstream.behave({ reply: 'I would rather not' });
      const { choices } = await complete({
        ...ask('As JSON'),
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: false } },
      });
      expect(choices[0]!.message.content).toBe('I would rather not');
      expect(upstream.calls()).toHaveLength(1);
    });
  });

  describe('the priority', () => {
    test.each([
      [{}, {}, 'normal', 'default'],
      [{ service_tier: 'flex' }, {}, 'low', 'flex'],
      [{ service_tier: 'priority' }, {}, 'high', 'priority'],
      [{ service_tier: 'flex' }, { 'x-priority': 'realtime' }, 'realtime', 'priority'],
      [{ priority: 'high' }, { 'x-priority': 'realtime' }, 'high', 'priority'],
    ])('of %j with %j is %s', async (body, defaultHeaders, priority, tier) => {
      const content = `band ${JSON.stringify([body, defaultHeaders])}`;
      const { service_tier } = await complete({ ...ask(content), ...body }, { defaultHeaders });
      expect(service_tier).toBe(tier);
      expect(await messageOf(content)).toMatchObject({ priority });
    });
  });

  describe('above the capacity', () => {
    test('requests wait, and all are answered', async () => {
      upstream.behave({ firstChunkDelayMs: 100 });
      const texts = Array.from({ length: 8 }, (_, i) => `waits ${i}`);
      const answers = await Promise.all(
        texts.map((text, i) =>
          i % 2
            ? openai()
                .chat.completions.stream(ask(text) as never)
                .finalContent()
            : complete(ask(text)).then(({ choices }) => choices[0]!.message.content),
        ),
      );
      expect(answers).toEqual(texts);
    });

    test('one that waits for longer than it may is told so, and not to ask again', async () => {
      upstream.behave({ firstChunkDelayMs: 1_500 });
      const first = complete(ask('occupies'));
      await reached('occupies', 'processing');
      const late = await failure(complete({ ...ask('too late'), ttl: '200ms' }, { maxRetries: 2 }));
      expect(late).toMatchObject({ status: 504, code: 'expired', type: 'server_error' });
      expect(late).toBeInstanceOf(OpenAI.InternalServerError);
      await first;
      expect(upstream.calls()).toHaveLength(1);
    });

    test('a full band is a rate limit', async () => {
      const low = { priority: 'low' };
      // The same one that is asked: each counts for itself, and hears from the others a little later.
      const here = rest('mine', 0);
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
      const refusal = await failure(complete({ ...ask('full'), service_tier: 'flex' }));
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
      upstream.behave({ firstChunkDelayMs: 1_200 });
      let tries = 0;
      const elsewhere = (url: string, init: RequestInit) => {
        const { url: gateway } = system.gateways[tries++ % system.gateways.length]!;
        return fetch(gateway + new URL(url).pathname, init);
      };
      const impatient = { timeout: 500, maxRetries: 5, fetch: elsewhere };
      const { choices } = await complete(ask('slow but once'), impatient);
      expect(tries).toBeGreaterThan(1);
      expect(choices[0]!.message.content).toBe('slow but once');
      expect(upstream.calls()).toHaveLength(1);
    });

    test('with a key is answered with the same message', async () => {
      const request = { headers: { 'Idempotency-Key': crypto.randomUUID() } };
      const create = () => openai().chat.completions.create(ask('keyed') as never, request);
      const [first, second] = [await create(), await create()] as unknown as OpenAI.ChatCompletion[];
      expect(second).toEqual(first);
      expect(upstream.calls()).toHaveLength(1);
      const other = openai().chat.completions.create(ask('another') as never, request);
      expect(await failure(other)).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    });

    test('of another caller is another message', async () => {
      const again = { defaultHeaders: { 'X-Stainless-Retry-Count': '1' } };
      await complete(ask('the same words'));
      await complete(ask('the same words'), { ...again, apiKey: keyOf('theirs') });
      expect(upstream.calls()).toHaveLength(2);
      await complete(ask('the same words'), again);
      expect(upstream.calls()).toHaveLength(2);
    });
  });

  describe('whoever leaves', () => {
    test('a stream cancels it', async () => {
      upstream.behave({ chunks: 200, chunkDelayMs: 50 });
      const stream = await openai().chat.completions.create({ ...ask('left stream'), stream: true } as never);
      for await (const _ of stream as unknown as AsyncIterable<unknown>) break;
      await reached('left stream', 'cancelled');
      await eventually(() => expect(upstream.calls()[0]).toMatchObject({ outcome: 'aborted' }));
    });

    test.each([false, true])('before the answer cancels it (stream: %s)', async (stream) => {
      upstream.behave({ firstChunkDelayMs: 60_000 });
      const leave = new AbortController();
      const content = `left early ${stream}`;
      const body = { ...ask(content), stream } as never;
      const asked = openai().chat.completions.create(body, { signal: leave.signal });
      const refused = failure(asked);
      await reached(content, 'processing');
      leave.abort();
      expect(await refused).toBeInstanceOf(OpenAI.APIUserAbortError);
      await reached(content, 'cancelled');
      await eventually(() => expect(upstream.calls()[0]).toMatchObject({ outcome: 'aborted' }));
    });

    test.each([
      [{ on_disconnect: 'continue' }, {}] as const,
      [{}, { 'x-on-disconnect': 'continue' }] as const,
    ])('may leave it to go on: %j %j', async (body, headers) => {
      upstream.behave({ chunks: 10, chunkDelayMs: 50 });
      const content = `left alone ${JSON.stringify([body, headers])}`;
      const all = { ...ask(content), ...body, stream: true } as never;
      const stream = await openai().chat.completions.create(all, { headers });
      for await (const _ of stream as unknown as AsyncIterable<unknown>) break;
      await reached(content, 'completed');
    });
  });

  describe('failures', () => {
    test('have the classes of the library', async () => {
      const key = await failure(complete(ask('x'), { apiKey: 'wrong' }));
      expect(key).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(key).toMatchObject({ status: 401, code: 'invalid_api_key' });
      expect(key.requestID).toMatch(/^req_/);
      const model = await failure(complete({ ...ask('x'), model: 'none' }));
      expect(model).toBeInstanceOf(OpenAI.NotFoundError);
      expect(model).toMatchObject({ code: 'model_not_found', param: 'model' });
      const many = await failure(complete({ ...ask('x'), n: 2 }));
      expect(many).toBeInstanceOf(OpenAI.BadRequestError);
      expect(many).toMatchObject({ param: 'n', type: 'invalid_request_error' });
      const long = await failure(complete(ask('x'.repeat(100_001))));
      expect(long).toMatchObject({ status: 400, param: 'messages', code: 'context_length_exceeded' });
      expect(upstream.calls()).toEqual([]);
    });

    test('say what is not there', async () => {
      const embedding = openai().embeddings.create({ model: MODEL, input: 'x' });
      const error = await failure(embedding);
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ code: 'unknown_url' });
      expect(error.message).toContain('chat/completions');
    });

    test.each([false, true])(
      'of the provider are passed on, and not asked for again (stream: %s)',
      async (stream) => {
        upstream.behave({ status: 400 });
        const body = { ...ask(`rejected ${stream}`), stream };
        const error = await failure(complete(body, { maxRetries: 2 }));
        expect(error).toBeInstanceOf(OpenAI.BadRequestError);
        expect(error).toMatchObject({ code: 'provider_rejected' });
        expect(error.headers!.get('x-should-retry')).toBe('false');
        expect(upstream.calls()).toHaveLength(1);
      },
    );

    test('in the middle of an answer are made good where it goes on as it was', async () => {
      const reply = 'The same words, however often it is asked';
      upstream.behave({ reply, cutAfterChunks: 3 }, { reply });
      const streamed = openai().chat.completions.stream(ask('cut') as never);
      expect(await streamed.finalContent()).toBe(reply);
      expect(upstream.calls()).toHaveLength(2);
    });

    test('in the middle of an answer end the stream where it cannot go on', async () => {
      upstream.behave({ reply: 'One thing and more of it', cutAfterChunks: 3 }, { reply: 'Another thing' });
      const stream = await openai().chat.completions.create({ ...ask('cut off'), stream: true } as never);
      let text = '';
      const read = async () => {
        for await (const chunk of stream as unknown as AsyncIterable<OpenAI.ChatCompletionChunk>)
          text += chunk.choices[0]?.delta.content ?? '';
      };
      expect(await failure(read())).toMatchObject({ code: 'stream_lost' });
      expect('One thing and more of it'.startsWith(text) && text !== '').toBe(true);
      await reached('cut off', 'completed');
    });
  });

  test('finds the models', async () => {
    const all = [];
    for await (const model of openai().models.list()) all.push(model);
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([MODEL, 'auto']));
    expect(all[0]).toMatchObject({ object: 'model', owned_by: expect.any(String) as string });
    expect(await openai().models.retrieve(MODEL)).toMatchObject({ id: MODEL, owned_by: 'openai' });
    expect(await openai().models.retrieve(`openai/${MODEL}`)).toMatchObject({ id: `openai/${MODEL}` });
    expect(await failure(openai().models.retrieve('none'))).toMatchObject({ code: 'model_not_found' });
    expect((await complete({ ...ask('x'), model: 'auto' })).model).toBe(MODEL);
  });
});
