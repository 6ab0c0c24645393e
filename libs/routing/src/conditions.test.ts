import { expect, test } from 'vitest';
import { type Condition } from '#catalog';
import { holds } from './conditions.js';
import { type MessageFacts } from './request.js';

const FACTS: MessageFacts = {
  priority: 'high',
  tenantId: 'acme',
  userId: 'ada',
  promptTokens: 1_000,
  outputTokens: 256,
  dataSize: 20,
  temperature: 0,
  metadata: { tier: 'gold', size: '7', deep: { er: true }, list: [1] },
};
const REQUEST = { model: 'm', taskType: 't' };

test.each<[field: string, operator: Condition['operator'], value: Condition['value'], expected: boolean]>([
  ['task_type', 'eq', 't', true],
  ['model', 'in', ['x', 'm'], true],
  ['tenant_id', 'in', ['other'], false],
  ['user_id', 'eq', 'Ada', false],
  ['prompt_tokens', 'gt', 1_000, false],
  ['prompt_tokens', 'gte', 1_000, true],
  ['prompt_tokens', 'lt', 1_001, true],
  ['prompt_tokens', 'lte', 999, false],
  ['data_size', 'eq', 20, true],
  ['temperature', 'lte', 0, true],
  ['priority', 'eq', 'high', true],
  ['priority', 'gte', 'high', true],
  ['priority', 'gt', 'high', false],
  ['priority', 'gt', 'low', true],
  ['priority', 'lt', 'realtime', true],
  ['priority', 'in', ['low', 'normal'], false],
  ['metadata.tier', 'eq', 'gold', true],
  ['metadata.deep.er', 'eq', true, true],
  ['metadata.size', 'gt', 1, false],
  ['metadata.none', 'lt', 1, false],
  ['metadata.none', 'in', [1], false],
  ['metadata.constructor', 'eq', 'x', false],
  ['metadata.list.0', 'eq', 1, true],
  ['metadata.tier.length', 'eq', 4, false],
])('%s %s %j is %s', (field, operator, value, expected) => {
  expect(holds({ field, operator, value }, FACTS, REQUEST)).toBe(expected);
});

test('what is not known is as no condition says', () => {
  const { dataSize: _, ...rest } = FACTS;
  expect(holds({ field: 'data_size', operator: 'lt', value: 1 }, rest, {})).toBe(false);
  expect(holds({ field: 'task_type', operator: 'eq', value: 't' }, rest, {})).toBe(false);
});
