import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, failure, MODEL, OpenAiStage } from './support/openai-stage.js';
import { PROFILES } from './support/system.js';

const LOOK = {
  type: 'function',
  function: { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } },
} as const;

/** Everything through the library that OpenAI publishes: what it reads is what its users get. */
describe.each(PROFILES)("OpenAI's client (%s)", (topology) => {
  let stage: OpenAiStage;

  beforeAll(async () => {
    stage = await OpenAiStage.open(topology);
  });
  afterAll(() => stage?.close());
  afterEach(() => stage.tidy());

  describe('a chat', () => {
    test('is answered, and is a message of its tenant', async () => {
      const { data, response } = await stage
        .openai()
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
      expect((await stage.rest().get(`/api/v1/messages/${messageId}`)).body).toMatchObject({
        status: 'completed',
        user_id: 'ada',
        conversation_id: null,
        metadata: { team: 'red' },
        messages: [{ role: 'user', content: 'Say hello' }],
      });
      expect((await stage.rest('theirs').get(`/api/v1/messages/${messageId}`)).status).toBe(404);
    });

    test('streams, with the usage at the end', async () => {
      const body = { ...ask('one two three four'), stream_options: { include_usage: true } };
      const chunks = await Array.fromAsync(await stage.stream(body));
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
      const earlier = await stage.complete(ask('Something else entirely'));
      await stage.complete({
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
        parallel_tool_calls: false,
        temperature: 0.5,
        top_p: 0.9,
        max_completion_tokens: 50,
        stop: ['END'],
        seed: 7,
        response_format: { type: 'json_object' },
      });
      const { body } = stage.upstream.calls().at(-1)!;
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
        parallel_tool_calls: false,
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
      await stage.complete({ model: 'gpt-5-mini', messages });
      expect(stage.upstream.calls().at(-1)!.body).toMatchObject({ model: 'gpt-5-mini', messages });
      const blind = await failure(stage.complete({ model: MODEL, messages }));
      expect(blind).toMatchObject({ status: 400, code: 'no_target', param: 'model' });
    });

    test('may come to calls of tools', async () => {
      stage.upstream.behave({ toolCalls: [{ name: 'look', arguments: '{"at":"x"}' }] });
      const { choices } = await stage.complete({ ...ask('Look'), tools: [LOOK] });
      expect(choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          content: null,
          tool_calls: [{ type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }],
        },
      });
      const streamed = stage.openai().chat.completions.stream({ ...ask('Look'), tools: [LOOK] } as never);
      const { choices: final } = await streamed.finalChatCompletion();
      expect(final[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: { tool_calls: [{ function: { name: 'look', arguments: '{"at":"x"}' } }] },
      });
    });

    test('that asks for a schema gets what the model says, asked for once', async () => {
      const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
      stage.upstream.behave({ reply: 'I would rather not' });
      const { choices } = await stage.complete({
        ...ask('As JSON'),
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: false } },
      });
      expect(choices[0]!.message.content).toBe('I would rather not');
      expect(stage.upstream.calls()).toHaveLength(1);
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
      const { service_tier } = await stage.complete({ ...ask(content), ...body }, { defaultHeaders });
      expect(service_tier).toBe(tier);
      expect(await stage.messageOf(content)).toMatchObject({ priority });
    });
  });

  describe('failures', () => {
    test('have the classes of the library', async () => {
      const key = await failure(stage.complete(ask('x'), { apiKey: 'wrong' }));
      expect(key).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(key).toMatchObject({ status: 401, code: 'invalid_api_key' });
      expect(key.requestID).toMatch(/^req_/);
      const model = await failure(stage.complete({ ...ask('x'), model: 'none' }));
      expect(model).toBeInstanceOf(OpenAI.NotFoundError);
      expect(model).toMatchObject({ code: 'model_not_found', param: 'model' });
      const many = await failure(stage.complete({ ...ask('x'), n: 2 }));
      expect(many).toBeInstanceOf(OpenAI.BadRequestError);
      expect(many).toMatchObject({ param: 'n', type: 'invalid_request_error' });
      const long = await failure(stage.complete(ask('x'.repeat(100_001))));
      expect(long).toMatchObject({ status: 400, param: 'messages', code: 'context_length_exceeded' });
      expect(stage.upstream.calls()).toEqual([]);
    });

    test('say what is not there', async () => {
      const embedding = stage.openai().embeddings.create({ model: MODEL, input: 'x' });
      const error = await failure(embedding);
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ code: 'unknown_url' });
      expect(error.message).toContain('chat/completions');
    });

    test.each([false, true])(
      'of the provider are passed on, and not asked for again (stream: %s)',
      async (stream) => {
        stage.upstream.behave({ status: 400 });
        const body = { ...ask(`rejected ${stream}`), stream };
        const error = await failure(stage.complete(body, { maxRetries: 2 }));
        expect(error).toBeInstanceOf(OpenAI.BadRequestError);
        expect(error).toMatchObject({ code: 'provider_rejected' });
        expect(error.headers!.get('x-should-retry')).toBe('false');
        expect(stage.upstream.calls()).toHaveLength(1);
      },
    );

    test('in the middle of an answer are made good where it goes on as it was', async () => {
      const reply = 'The same words, however often it is asked';
      stage.upstream.behave({ reply, cutAfterChunks: 3 }, { reply });
      const streamed = stage.openai().chat.completions.stream(ask('cut') as never);
      expect(await streamed.finalContent()).toBe(reply);
      expect(stage.upstream.calls()).toHaveLength(2);
    });

    test('in the middle of an answer end the stream where it cannot go on', async () => {
      stage.upstream.behave(
        { reply: 'One thing and more of it', cutAfterChunks: 3 },
        { reply: 'Another thing' },
      );
      const stream = await stage.stream(ask('cut off'));
      let text = '';
      const read = async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      };
      expect(await failure(read())).toMatchObject({ code: 'stream_lost' });
      expect('One thing and more of it'.startsWith(text) && text !== '').toBe(true);
      await stage.reached('cut off', 'completed');
    });
  });

  test('finds the models', async () => {
    const all = await Array.fromAsync(stage.openai().models.list());
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([MODEL, 'auto']));
    expect(all[0]).toMatchObject({ object: 'model', owned_by: expect.any(String) as string });
    expect(await stage.openai().models.retrieve(MODEL)).toMatchObject({ id: MODEL, owned_by: 'openai' });
    expect(await stage.openai().models.retrieve(`openai/${MODEL}`)).toMatchObject({ id: `openai/${MODEL}` });
    expect(await failure(stage.openai().models.retrieve('none'))).toMatchObject({ code: 'model_not_found' });
    expect((await stage.complete({ ...ask('x'), model: 'auto' })).model).toBe(MODEL);
  });
});
