import { expect, test } from 'vitest';
import { outputSchema } from './output-schema.js';

const closed = (properties: object) => ({ type: 'object', properties, additionalProperties: false });

test('what the API does not take is left out, and names of fields are no keywords', () => {
  const schema = closed({
    minimum: { type: 'number', minimum: 0 },
    all: { anyOf: [{ minLength: 1 }, { enum: [1, null] }] },
  });
  expect(outputSchema(schema)).toEqual(
    closed({ minimum: { type: 'number' }, all: { anyOf: [{}, { enum: [1, null] }] } }),
  );
});

test.each([
  [{ type: 'object' }],
  [closed({ a: { type: 'array', items: { type: 'object' } } })],
  [closed({ a: { $ref: '#' } })],
  [{ oneOf: [{ type: 'string' }] }],
])('%j cannot be said', (schema) => {
  expect(outputSchema(schema)).toBeUndefined();
});
