import { expect, test } from 'vitest';
import { keyOf, type KeyParts } from './key.js';

const PARTS: KeyParts = {
  tenantId: 'a',
  provider: 'openai',
  model: 'large',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ],
  parameters: { temperature: 0, tools: [{ type: 'function', function: { name: 'f' } }] },
  schema: undefined,
  simulate: undefined,
};

test.each<Partial<KeyParts>>([
  { tenantId: 'b' },
  { provider: 'kimi' },
  { model: 'small' },
  { messages: [{ role: 'user', content: 'Hello' }] },
  {
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'system', content: 'Be brief.' },
    ],
  },
  { parameters: undefined },
  { parameters: { temperature: 1, tools: [{ type: 'function', function: { name: 'f' } }] } },
  { parameters: { temperature: 0, tools: [{ type: 'function', function: { name: 'g' } }] } },
  { schema: { type: 'object' } },
  { simulate: { chunks: 3 } },
  { tenantId: 'aopenai', provider: '' },
])('%j makes another key', (other) => {
  expect(keyOf({ ...PARTS, ...other })).not.toBe(keyOf(PARTS));
});

test('the order of names and what is undefined make no difference', () => {
  const parameters = {
    tools: [{ function: { name: 'f', strict: undefined }, type: 'function' }],
    temperature: 0,
    seed: undefined,
  };
  expect(keyOf({ ...PARTS, parameters })).toBe(keyOf(PARTS));
  expect(keyOf(PARTS)).toMatch(/^[\w-]{43}$/);
});
