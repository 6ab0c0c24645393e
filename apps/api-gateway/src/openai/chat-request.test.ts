import { describe, expect, test } from 'vitest';
import { type CreateCompletion, createCompletionSchema } from '#contracts';
import { messageOf, tierOf, withHeaders } from './chat-request.js';

const HELLO = { role: 'user', content: 'Hello' };

const read = (body: object): CreateCompletion =>
  createCompletionSchema.parse({ model: 'm', messages: [HELLO], ...body });
const message = (body: object) => messageOf(read(body), { keyName: 'team', maxWaitMs: 5_000 });

/** The fields that a body is refused for. */
function refused(body: object): string[] {
  const { error } = createCompletionSchema.safeParse({ model: 'm', messages: [HELLO], ...body });
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')],
  );
}

describe('the message of a chat completion', () => {
  test('has what was said, and waits as long as is configured', () => {
    expect(message({})).toEqual({
      user_id: 'team',
      content: 'Hello',
      messages: [{ role: 'user', content: 'Hello' }],
      model: 'm',
      metadata: undefined,
      priority: undefined,
      parameters: undefined,
      ttl: 5_000,
      timeout: undefined,
    });
  });

  test('has all turns, as a model is told them', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } };
    const picture = { type: 'image_url', image_url: { url: 'https://images.example/a.png', detail: 'low' } };
    const { messages, content } = message({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
        {
          role: 'user',
          content: [{ type: 'text', text: 'What is ' }, picture, { type: 'text', text: 'it?' }],
        },
        { role: 'assistant', content: null, refusal: null, annotations: [], tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
        { role: 'assistant', refusal: 'I will not', content: null },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }], audio: null },
      ],
    });
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'user', content: [{ type: 'text', text: 'What is ' }, picture, { type: 'text', text: 'it?' }] },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
      { role: 'assistant', content: 'I will not' },
      { role: 'assistant', content: [{ type: 'text', text: 'No' }] },
    ]);
    expect(content).toBe('What is it?');
  });

  test('keeps the names of speakers, and what was said last where no user speaks', () => {
    const { messages, content } = message({
      messages: [{ role: 'system', name: 'rules', content: 'Greet.' }],
    });
    expect(messages).toEqual([{ role: 'system', name: 'rules', content: 'Greet.' }]);
    expect(content).toBe('Greet.');
  });

  test('has the parameters that were given', () => {
    const parameters = { temperature: 0, top_p: 0.5, stop: ['END'], seed: 7, parallel_tool_calls: false };
    expect(message(parameters).parameters).toEqual(parameters);
    expect(message({ max_tokens: 5 }).parameters).toEqual({ max_tokens: 5 });
    expect(message({ max_tokens: 5, max_completion_tokens: 9 }).parameters).toEqual({ max_tokens: 9 });
    const nothing = { temperature: null, stop: null, max_tokens: null, user: '', tools: null, n: null };
    expect(message(nothing)).toMatchObject({ parameters: undefined, user_id: 'team' });
  });

  test.each([
    [{ user: 'ada' }, 'ada'],
    [{ safety_identifier: 'hash' }, 'hash'],
    [{ user: 'ada', safety_identifier: 'hash' }, 'ada'],
    [{}, 'team'],
  ])('%j is for %s', (body, userId) => expect(message(body).user_id).toBe(userId));

  test.each([
    [{ service_tier: 'flex' }, 'low'],
    [{ service_tier: 'default' }, 'normal'],
    [{ service_tier: 'priority' }, 'high'],
    [{ service_tier: 'fast' }, 'high'],
    [{ service_tier: 'scale' }, 'high'],
    [{ service_tier: 'auto' }, undefined],
    [{ service_tier: 'flex', priority: 'realtime' }, 'realtime'],
    [{ priority: 1 }, 'realtime'],
  ])('%j has the priority %s', (body, priority) => expect(message(body).priority).toBe(priority));

  test('says its priority as a tier', () => {
    expect((['realtime', 'high', 'normal', 'low'] as const).map(tierOf)).toEqual([
      'priority',
      'priority',
      'default',
      'flex',
    ]);
  });

  test('keeps its own times', () => {
    expect(message({ ttl: '30s', timeout: '1m' })).toMatchObject({ ttl: 30_000, timeout: 60_000 });
  });
});

describe('headers', () => {
  test('say what the body does not', () => {
    const headers = { 'x-priority': '1', 'x-on-disconnect': 'continue' };
    expect(withHeaders(read({}), headers)).toMatchObject({
      priority: 'realtime',
      on_disconnect: 'continue',
    });
    expect(withHeaders(read({ priority: 'low', on_disconnect: 'cancel' }), headers)).toMatchObject({
      priority: 'low',
      on_disconnect: 'cancel',
    });
  });

  test.each([
    [{ 'x-priority': 'fastest' }, 'invalid_priority', 'x-priority'],
    [{ 'x-on-disconnect': 'maybe' }, 'invalid_request', 'x-on-disconnect'],
  ])('%j is refused', (headers, code, field) => {
    expect(() => withHeaders(read({}), headers)).toThrow(
      expect.objectContaining({ code, fields: [expect.objectContaining({ field })] }),
    );
  });
});

describe('what cannot be honoured', () => {
  test.each([
    ['n', 2],
    ['logprobs', true],
    ['top_logprobs', 3],
    ['logit_bias', { 50256: -100 }],
    ['modalities', ['text', 'audio']],
    ['audio', { voice: 'alloy', format: 'wav' }],
    ['prediction', { type: 'content', content: 'x' }],
    ['verbosity', 'low'],
    ['web_search_options', {}],
    ['moderation', {}],
    ['functions', []],
    ['function_call', 'auto'],
    ['top_k', 5],
    ['temperature', 3],
    ['service_tier', 'cheap'],
    ['tools', [{ type: 'custom', custom: { name: 'x' } }]],
  ])('%s is refused by its name', (field, value) => {
    const [first] = refused({ [field]: value });
    expect(first?.split('.')[0]).toBe(field);
  });

  test.each([
    ['n', 1],
    ['logprobs', false],
    ['top_logprobs', 0],
    ['logit_bias', {}],
    ['modalities', ['text']],
    ['verbosity', 'medium'],
    ['store', true],
    ['prompt_cache_key', 'k'],
    ['prompt_cache_retention', '24h'],
    ['stream_options', { include_obfuscation: false }],
  ])('%s of %j is done anyway, or means nothing here', (field, value) =>
    expect(refused({ [field]: value })).toEqual([]),
  );

  test.each([
    [[], 'messages'],
    [[{ role: 'user' }], 'messages.0.content'],
    [[{ role: 'user', content: [] }], 'messages.0.content'],
    [[HELLO, { role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }], 'messages.1.content'],
    [[{ role: 'function', name: 'f', content: 'x' }], 'messages.0.role'],
    [[{ role: 'tool', content: 'x' }], 'messages.0.tool_call_id'],
    [[{ role: 'user', content: 'a\0b' }], 'messages.0.content'],
    [[{ role: 'assistant', content: 'x', audio: { id: 'a' } }], 'messages.0.audio'],
  ])('messages %j are refused at %s', (messages, field) => expect(refused({ messages })[0]).toBe(field));
});
