import { expect, test } from 'vitest';
import { type TaskTypeSpec } from '#catalog';
import { type MessageOptions } from '#contracts';
import { askingFor, taskOf } from './task.js';

const TYPE: TaskTypeSpec = {
  name: 'sort.things',
  description: '',
  prompt: '{{prompt}} {{metadata.how}} {{schema}}',
  system: 'You sort for {{user_id}} ({{task_type}}).',
  result: { type: 'array' },
  provider: null,
  model: null,
  parameters: {
    temperature: 0.5,
    topP: 1,
    maxTokens: 9,
    frequencyPenalty: 1,
    presencePenalty: 2,
    stop: ['x'],
  },
  limits: {},
};
const ask = (options: MessageOptions | null, type?: TaskTypeSpec, content = 'Go') =>
  taskOf(type, { userId: 'u', content, metadata: { how: 'well' }, options });

test('without a type a message is its own words, and its data', () => {
  const plain = { system: '', parameters: {}, schema: null };
  expect(ask(null, undefined, ' Go\n')).toEqual({ ...plain, content: ' Go\n' });
  expect(ask({ data: 'this' })).toEqual({ ...plain, content: 'Go\n\nthis' });
  expect([ask({ data: 0 }).content, ask({ data: null }).content]).toEqual(['Go\n\n0', 'Go']);
  expect(ask({ data: '{{prompt}}' }).content).toBe('Go\n\n{{prompt}}');
  expect(ask({ data: [1], system_prompt: 'Be kind.' })).toMatchObject({
    system: 'Be kind.',
    content: 'Go\n\n[\n  1\n]',
  });
});

test('a type puts it in its words, and what the template has no place for follows', () => {
  expect(ask({ data: 'this', system_prompt: 'Be kind.' }, TYPE)).toMatchObject({
    system: 'You sort for u (sort.things).\n\nBe kind.',
    content: 'Go well {\n  "type": "array"\n}\n\nthis',
    schema: { type: 'array' },
  });
  expect(ask({ data: 'this' }, { ...TYPE, prompt: 'Sort {{data}}.' }).content).toBe('Sort this.\n\nGo');
  expect(ask(null, { ...TYPE, prompt: '{{prompt}}', system: 'On {{data}}' }).content).toBe('Go');
});

test('the parameters of the request come before those of the type', () => {
  expect(ask({ parameters: { temperature: 0, seed: 1 } }, TYPE).parameters).toEqual({
    temperature: 0,
    top_p: 1,
    max_tokens: 9,
    frequency_penalty: 1,
    presence_penalty: 2,
    stop: ['x'],
    seed: 1,
  });
});

test('a result is asked for in the words of the provider', () => {
  const formatOf = (options: MessageOptions | null, type?: TaskTypeSpec) =>
    askingFor(ask(options, type), type?.name).response_format;
  const named = { type: 'json_schema', json_schema: { name: 'sort_things', schema: { type: 'array' } } };
  expect(formatOf(null)).toBeUndefined();
  expect(formatOf(null, TYPE)).toEqual(named);
  expect(formatOf({ parameters: { response_format: { type: 'text' } } }, TYPE)).toEqual(named);
  const own = { type: 'json_schema', json_schema: { name: 'own', schema: { type: 'string' } } } as const;
  expect(formatOf({ parameters: { response_format: own } }, TYPE)).toEqual(own);
  expect(ask({ parameters: { response_format: own } }, TYPE).schema).toEqual({ type: 'string' });
});

test('who brings the whole chat has it told as it is, and judges the answer', () => {
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Go' },
  ] as const;
  const json_schema = { name: 'n', schema: { type: 'array' } };
  const parameters = { response_format: { type: 'json_schema' as const, json_schema } };
  const task = ask({ messages, parameters });
  expect(task).toMatchObject({ messages, parameters, schema: null });
  expect(askingFor(task, undefined)).toEqual(parameters);
});
