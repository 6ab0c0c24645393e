import { expect, test } from 'vitest';
import { type JsonSchema } from '../spec.js';
import { ResultSchema } from './result-schema.js';

const problems = (schema: JsonSchema, value: unknown) =>
  new ResultSchema(schema).problemsOf(value).map(({ field, message }) => `${field}: ${message}`);

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1 },
    mood: { enum: ['good', 'bad'] },
    friends: { type: 'array', items: { $ref: '#' } },
  },
  required: ['name'],
  additionalProperties: false,
};

test('names everything that is wrong, with its path', () => {
  expect(problems(person, { name: 'a', friends: [{ name: 'b', mood: 'good' }] })).toEqual([]);
  expect(problems(person, { name: '', mood: 'so', friends: [{ age: 1 }], 'x/y': 1 })).toEqual([
    ': must not have "x/y"',
    'name: must NOT have fewer than 1 characters',
    'mood: must be one of ["good","bad"]',
    "friends.0: must have required property 'name'",
    'friends.0: must not have "age"',
  ]);
  const many = problems({ items: { type: 'string' } }, Array(30).fill(1));
  expect([many.length, many.at(-1)]).toEqual([11, ': and 20 more']);
});

test.each<[JsonSchema, unknown, boolean]>([
  [{ required: ['a'] }, {}, false],
  [{ properties: { a: { default: 1 } } }, {}, true],
  [{ const: { a: [1] } }, { a: [1] }, true],
  [{ not: { type: 'string' } }, 'x', false],
  [{ dependentRequired: { a: ['b'] } }, { a: 1 }, false],
  [{ multipleOf: 0.01 }, 19.99, true],
  [{ type: 'number' }, Infinity, false],
  [{ format: 'email' }, 'nobody', true],
  [{ pattern: '^\\p{L}+$' }, 'größe', true],
  [{ 'x-of-somebody': 1, nullable: true, type: 'string' }, 'x', true],
])('%j and %j: %s', (schema, value, holds) => {
  expect(problems(schema, value).length === 0).toBe(holds);
});

test('changes nothing in the value', () => {
  const value = { b: 1, a: { c: 2 } };
  problems({ properties: { a: { default: {} }, d: { default: 1 } } }, value);
  expect(JSON.stringify(value)).toBe('{"b":1,"a":{"c":2}}');
});

test.each<[string, JsonSchema]>([
  ['a reference to nothing', { $ref: '#/$defs/nothing' }],
  ['a reference to somewhere else', { $ref: 'https://example.com/schema.json' }],
  ['a circle without an end', { $ref: '#' }],
  ['a type that is none', { type: 'text' }],
  ['a pattern that is not linear', { pattern: '(?=a)b' }],
])('refuses %s', (_, schema) => {
  expect(() => new ResultSchema(schema)).toThrow();
});

test('is never at work for long', () => {
  const pattern = problems({ pattern: '^(a+)+$' }, `${'a'.repeat(5_000)}!`);
  expect(pattern).toEqual([': must match pattern "^(a+)+$"']);
  const twice = { $ref: '#/$defs/twice' };
  const bomb = {
    $defs: { twice: { properties: { a: { allOf: [twice, twice] } }, required: ['b'] } },
    ...twice,
  };
  const deep = JSON.parse(`${'{"a":'.repeat(60)}{}${'}'.repeat(60)}`) as unknown;
  const startedAt = performance.now();
  expect(problems(bomb, deep)[0]).toMatch(/^: cannot be checked/);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
