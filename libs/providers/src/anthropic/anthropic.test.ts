import { describe, expect, test } from 'vitest';
import { type ChatMessage, type ChatParameters } from '../chat.js';
import { conformsToHttpProvider } from '../http/http-provider.conformance.js';
import { providerOf } from '../http/http-stage.conformance.js';
import { ESSENTIAL, replaysRecordings } from '../recordings.conformance.js';
import { anthropic } from './dialect.js';
import { messagesRequest } from './request.js';

describe('Anthropic', () => {
  conformsToHttpProvider('anthropic');
});

describe('recorded answers of Anthropic', () => {
  replaysRecordings({
    folder: `${import.meta.dirname}/fixtures`,
    open: () => providerOf('anthropic'),
    names: [...ESSENTIAL, 'overloaded-in-stream'],
  });
});

describe('the body of a request', () => {
  const user = (content: ChatMessage['content']): ChatMessage => ({ role: 'user', content });
  const call = (id: string, json: string) =>
    ({ id, type: 'function', function: { name: 'look', arguments: json } }) as const;
  const bodyOf = (messages: readonly ChatMessage[], parameters: ChatParameters = {}) =>
    messagesRequest({ messages, model: 'm', requestId: 'r', parameters }, 100);

  test('asks as briefly as it can', () => {
    expect(bodyOf([user('hi')])).toEqual({
      model: 'm',
      max_tokens: 100,
      stream: true,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
  });

  test('may be as long as the catalog says the answers of the model may be', () => {
    const model = {
      id: 'm',
      capabilities: ['chat'],
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      price: null,
      quality: 1,
      speed: 1,
    } as const;
    const request = { messages: [user('hi')], model: 'm', requestId: 'r' };
    const via = undefined as never;
    expect(anthropic({ models: [model] }).body(request, via)).toMatchObject({ max_tokens: 64_000 });
    expect(anthropic({ models: [] }).body(request, via)).toMatchObject({ max_tokens: 4_096 });
  });

  test('says apart what the system says, and together what one side says in a row', () => {
    const body = bodyOf([
      { role: 'system', content: 'Be brief.' },
      user('one'),
      { role: 'assistant', content: '', tool_calls: [call('a', '{"x":1}'), call('b', 'nonsense')] },
      { role: 'tool', tool_call_id: 'a', content: 'found' },
      { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'lost' }] },
      user('two'),
      { role: 'assistant', content: '  ' },
      { role: 'system', content: 'Be kind.' },
      user('three'),
    ]);
    expect(body).toMatchObject({
      system: 'Be brief.\n\nBe kind.',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'one' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 'look', input: { x: 1 } },
            { type: 'tool_use', id: 'b', name: 'look', input: { input: 'nonsense' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'found' },
            { type: 'tool_result', tool_use_id: 'b', content: 'lost' },
            { type: 'text', text: 'two' },
            { type: 'text', text: 'three' },
          ],
        },
      ],
    });
  });

  test('shows pictures by their address or as they are', () => {
    const pictures = ['https://images.example/a.png', 'data:image/png;base64,AAAA'].map(
      (url) => ({ type: 'image_url', image_url: { url } }) as const,
    );
    expect(bodyOf([user(pictures)])).toMatchObject({
      messages: [
        {
          content: [
            { type: 'image', source: { type: 'url', url: 'https://images.example/a.png' } },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
      ],
    });
  });

  test.each<[ChatParameters, object]>([
    [{ max_tokens: 7 }, { max_tokens: 7 }],
    [
      { temperature: 1.5, top_p: 0.5 },
      { temperature: 1, top_p: 0.5 },
    ],
    [{ stop: 'END' }, { stop_sequences: ['END'] }],
    [{ stop: ['a', 'b'] }, { stop_sequences: ['a', 'b'] }],
    [
      { tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }] },
      { tools: [{ name: 'look', input_schema: { type: 'object' } }] },
    ],
    [{ tool_choice: 'auto' }, { tool_choice: { type: 'auto' } }],
    [
      { parallel_tool_calls: false, tools: [{ type: 'function', function: { name: 'look' } }] },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    [
      {
        parallel_tool_calls: false,
        tools: [{ type: 'function', function: { name: 'look' } }],
        tool_choice: 'required',
      },
      { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
    ],
    [{ tool_choice: 'none' }, { tool_choice: { type: 'none' } }],
    [{ tool_choice: 'required' }, { tool_choice: { type: 'any' } }],
    [
      { tool_choice: { type: 'function', function: { name: 'look' } } },
      { tool_choice: { type: 'tool', name: 'look' } },
    ],
    [
      { reasoning_effort: 'minimal' },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'low' } },
    ],
    [{ reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
    [{ reasoning_effort: 'high', tool_choice: 'required' }, { thinking: { type: 'disabled' } }],
    [
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { type: 'string', minLength: 1 } },
        },
      },
      { output_config: { format: { type: 'json_schema', schema: { type: 'string' } } } },
    ],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } },
      { system: expect.stringContaining('"type": "object"') },
    ],
    [{ response_format: { type: 'json_object' } }, { system: expect.stringContaining('JSON') }],
  ])('%j is said in its own words', (parameters, expected) => {
    expect(bodyOf([user('hi')], parameters)).toMatchObject(expected);
  });

  test('does not think about the result of a tool, since it would have to show what it thought before', () => {
    const body = bodyOf(
      [
        user('look'),
        { role: 'assistant', content: '', tool_calls: [call('a', '{}')] },
        { role: 'tool', tool_call_id: 'a', content: 'found' },
      ],
      { reasoning_effort: 'high' },
    );
    expect(body).toMatchObject({ thinking: { type: 'disabled' } });
  });

  test('leaves out what the API has no words for, and says so', () => {
    const parameters = { seed: 7, frequency_penalty: 1, presence_penalty: 1 };
    expect(bodyOf([user('hi')], parameters)).toEqual(bodyOf([user('hi')]));
    expect([...anthropic({ models: [] }).ignores].toSorted()).toEqual(Object.keys(parameters).toSorted());
  });
});
