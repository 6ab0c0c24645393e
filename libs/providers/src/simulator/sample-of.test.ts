import { expect, test } from 'vitest';
import { ResultSchema } from '#catalog';
import { sampleOf } from './sample-of.js';

test.each([
  [{ type: 'object', properties: { a: { type: 'integer', minimum: 2 }, b: { enum: ['x', 'y'] } } }],
  [{ type: 'array', items: { type: 'string', minLength: 20 }, minItems: 2 }],
  [{ type: ['null', 'string'] }],
  [{ anyOf: [{ const: 0 }, { type: 'string' }] }],
  [
    {
      $defs: { p: { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] } },
      $ref: '#/$defs/p',
    },
  ],
  [
    {
      allOf: [
        { properties: { a: { type: 'number' } }, required: ['a'] },
        { properties: { b: {} }, required: ['b'] },
      ],
    },
  ],
])('%j', (schema) => {
  expect(new ResultSchema(schema).problemsOf(sampleOf(schema))).toEqual([]);
});

test('a schema that contains itself, or asks for much, has an end', () => {
  const node = { type: 'object', properties: { a: { $ref: '#' }, b: { $ref: '#' }, c: { $ref: '#' } } };
  expect(JSON.stringify(sampleOf(node)).length).toBeLessThan(20_000);
  const many = { type: 'array', minItems: 1e9, items: { type: 'array', minItems: 1e9 } };
  expect(JSON.stringify(sampleOf(many)).length).toBeLessThan(20_000);
});
