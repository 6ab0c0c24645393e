import { expect, test } from 'vitest';
import { type Catalogs, type TaskTypeSpec } from '#catalog';
import { loadConfig, MessageSettings } from '#config';
import { type CreateMessage, type Message } from '#contracts';
import { Tasks } from './tasks.js';

const TYPE = {
  name: 't',
  prompt: 'Do {{prompt}}',
  system: null,
  result: { type: 'object' },
  parameters: {},
  limits: { timeoutMs: 7 },
};

/** Task types that come and go, and a model that can or cannot do JSON. */
function setup(capabilities: readonly string[] = ['chat', 'json']) {
  const types = new Map<string, TaskTypeSpec>([['t', TYPE as unknown as TaskTypeSpec]]);
  const now = {
    taskType: (name: string) => types.get(name),
    model: () => ({ capabilities }),
    taskTypes: [TYPE],
  };
  const settings = new MessageSettings(loadConfig({ env: {} }).messages);
  return { types, tasks: new Tasks({ now } as unknown as Catalogs, settings) };
}

const target = { provider: 'p', model: 'm' };
const message = {
  content: 'x',
  userId: 'u',
  metadata: {},
  options: { task_type: 't' },
} as unknown as Message;

test('a message has the words that its type has when it runs', () => {
  const { tasks, types } = setup();
  expect(tasks.of(message, target).content).toBe('Do x');
  types.set('t', { ...types.get('t')!, prompt: 'Redo {{prompt}}' });
  expect(tasks.of(message, target).content).toBe('Redo x');
  types.clear();
  expect(() => tasks.of(message, target)).toThrow(
    expect.objectContaining({ code: 'task_type_gone', retryable: true }) as Error,
  );
});

test('only a model that can do JSON is asked for it, and the result is held to the schema all the same', () => {
  expect(setup().tasks.of(message, target).parameters.response_format?.type).toBe('json_schema');
  const { parameters, schema } = setup(['chat']).tasks.of(message, target);
  expect([parameters.response_format, schema]).toEqual([undefined, { type: 'object' }]);
});

test('at the door a type must be there, and its limits hold', () => {
  const { tasks } = setup();
  const ask = (task_type: string) =>
    tasks.asked({ user_id: 'u', content: 'x', task_type } as CreateMessage, {}, { task_type });
  expect(ask('t').schema).toEqual({ type: 'object' });
  expect(() => ask('nothing')).toThrow(expect.objectContaining({ code: 'task_type_unknown' }) as Error);
  expect([tasks.limitsOf('t'), tasks.limitsOf(undefined)]).toEqual([{ timeoutMs: 7 }, {}]);
});
