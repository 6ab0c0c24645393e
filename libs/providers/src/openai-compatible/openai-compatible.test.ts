import { describe, expect, test } from 'vitest';
import { conformsToHttpProvider } from '../http/http-provider.conformance.js';
import { providerOf } from '../http/http-stage.conformance.js';
import { ESSENTIAL, replaysRecordings, viaOf } from '../recordings.conformance.js';
import { OPENAI_COMPATIBLE } from './dialect.js';
import { quirksOf } from './quirks.js';
import { chatCompletion } from './request.js';

const open = () => providerOf('openai-compatible');
const recordings = (account: string) => `${import.meta.dirname}/fixtures/${account}`;

describe('an OpenAI-compatible provider', () => {
  conformsToHttpProvider('openai-compatible');
});

describe.each([
  ['openai', ESSENTIAL],
  ['kimi', ['text', 'usage', 'tools', 'reasoning', 'rate-limited', 'quota-empty', 'overloaded']],
  ['qwen', ['text', 'usage', 'tools', 'reasoning', 'rate-limited']],
  ['vllm', ['text', 'tools', 'reasoning', 'rejected']],
  ['ollama', ['text', 'tools', 'reasoning']],
])('recorded answers of %s', (account, names) => {
  replaysRecordings({ folder: recordings(account), open, names });
});

describe('the body of a request', () => {
  const request = {
    messages: [{ role: 'user', content: 'hi' } as const],
    model: 'm',
    requestId: 'r',
    parameters: { max_tokens: 5, reasoning_effort: 'none', seed: 7, temperature: 0 },
  } as const;
  const bodyFor = (url: string) => OPENAI_COMPATIBLE.body(request, viaOf(url));

  test('has the words of whoever is asked', () => {
    const common = {
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      seed: 7,
      temperature: 0,
    };
    expect(bodyFor('https://api.openai.com/v1')).toEqual({
      ...common,
      messages: request.messages,
      max_completion_tokens: 5,
      reasoning_effort: 'none',
    });
    expect(bodyFor('https://api.moonshot.cn/v1')).toMatchObject({ ...common, max_completion_tokens: 5 });
    expect(bodyFor('https://dashscope-intl.aliyuncs.com/compatible-mode/v1')).toMatchObject({
      ...common,
      max_tokens: 5,
      enable_thinking: false,
    });
    expect(bodyFor('http://127.0.0.1:11434/v1')).toMatchObject({
      ...common,
      max_tokens: 5,
      reasoning_effort: 'none',
    });
  });

  test('asks for no usage where nobody knows the word for it', () => {
    const body = chatCompletion(request, { ...quirksOf('http://old.example'), streamOptions: false });
    expect(body).not.toHaveProperty('stream_options');
  });

  test('an answer that is nothing but calls has no content', () => {
    const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } } as const;
    const messages = [
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'assistant', content: 'I look', tool_calls: [call] },
      { role: 'assistant', content: '' },
    ] as const;
    const { messages: told } = chatCompletion({ ...request, messages }, quirksOf('http://h')) as {
      messages: readonly { readonly content: unknown }[];
    };
    expect(told.map(({ content }) => content)).toEqual([null, 'I look', '']);
  });

  test('cannot be turned into another one by its parameters', () => {
    const parameters = { ...request.parameters, model: 'dearer', stream: false };
    expect(chatCompletion({ ...request, parameters }, quirksOf('http://h'))).toMatchObject({
      model: 'm',
      stream: true,
    });
  });

  test('a host that only ends like a known one is not it', () => {
    expect(quirksOf('https://notaliyuncs.com/v1').quotaByMinute).toBe(false);
    expect(quirksOf('https://dashscope.aliyuncs.com/compatible-mode/v1').quotaByMinute).toBe(true);
  });
});

test('an insufficient quota is a limit by the minute where it means that', () => {
  const said = { status: 429, code: 'insufficient_quota', type: 'insufficient_quota', message: 'm' };
  const codeAt = (url: string) => OPENAI_COMPATIBLE.codeOf!(said, viaOf(url));
  expect(codeAt('https://dashscope.aliyuncs.com/compatible-mode/v1')).toBe('provider_rate_limited');
  expect(codeAt('https://api.openai.com/v1')).toBeUndefined();
});

test('a schema is asked for in words where not all models take one', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const asking = (json_schema: object) => ({
    messages: [{ role: 'system', content: 'Be kind.' } as const, { role: 'user', content: 'hi' } as const],
    model: 'm',
    requestId: 'r',
    parameters: {
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: json_schema } } as never,
    },
  });
  const bodyAt = (url: string, json_schema: object = schema) =>
    chatCompletion(asking(json_schema), quirksOf(url)) as { messages: object[]; response_format: object };
  expect(bodyAt('https://api.openai.com/v1').response_format).toMatchObject({ type: 'json_schema' });
  for (const url of ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'https://api.moonshot.cn/v1'])
    expect(bodyAt(url)).toMatchObject({
      response_format: { type: 'json_object' },
      messages: [
        { role: 'system', content: expect.stringMatching(/^Be kind\.[^]*JSON[^]*"a"/) as string },
        {},
      ],
    });
  expect(bodyAt('https://api.moonshot.ai/v1', { type: 'array' }).response_format).toEqual({ type: 'text' });
});
