import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cyclesIn } from './files/cycles.js';
import { interpolate, variablesIn } from './files/interpolate.js';
import { jsonSchemaProblems } from './files/json-schema.js';
import { fillTemplate, placeholderProblem } from './template.js';

describe('interpolate', () => {
  const variables = new Map([
    ['A', '1'],
    ['B', '${A}'],
  ]);

  test('puts variables into texts, however deep, and not into what they hold', () => {
    expect(interpolate({ a: ['x${A}y', { b: '${B}' }], c: 3 }, variables)).toEqual({
      value: { a: ['x1y', { b: '${A}' }], c: 3 },
      unset: [],
    });
  });

  test('names what is not set, unless something else is given', () => {
    expect(interpolate({ a: '${C:-d}${C:-}', b: ['${C}/${D}'] }, variables)).toEqual({
      value: { a: 'd', b: ['/'] },
      unset: [
        { path: ['b', 0], name: 'C' },
        { path: ['b', 0], name: 'D' },
      ],
    });
    expect(variablesIn('${A} ${B:-x} $C {D}')).toEqual(['A', 'B']);
  });
});

describe('cyclesIn', () => {
  test('finds a circle exactly where there is one', () => {
    const nodes = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const edges = fc.uniqueArray(fc.tuple(nodes, nodes), { maxLength: 12, selector: String });
    fc.assert(
      fc.property(edges, (all) => {
        const next = (node: string) => all.filter(([from]) => from === node).map(([, to]) => to);
        const cycles = cyclesIn('abcdef', next);
        expect(cycles.length > 0).toBe(!canBeSorted(all));
        for (const cycle of cycles) {
          expect(cycle.at(0)).toBe(cycle.at(-1));
          cycle.slice(1).forEach((node, i) => expect(next(cycle[i]!)).toContain(node));
        }
      }),
    );
  });

  /** Takes away what nothing points to, until nothing is left. */
  function canBeSorted(edges: readonly (readonly [string, string])[]): boolean {
    const rest = edges.filter(([from]) => edges.some(([, to]) => to === from));
    return rest.length === 0 || (rest.length < edges.length && canBeSorted(rest));
  }
});

describe('a template', () => {
  test('is filled once, with texts as they are and all else as JSON', () => {
    const values = { prompt: '{{data}} $& $1', data: { a: [1] }, metadata: { tone: { is: 'kind' } } };
    expect(fillTemplate('{{ prompt }}|{{data}}|{{metadata.tone.is}}|{{metadata.none.is}}', values)).toBe(
      `{{data}} $& $1|${JSON.stringify({ a: [1] }, null, 2)}|kind|`,
    );
  });

  test('reaches nothing but values', () => {
    expect(fillTemplate('{{metadata.constructor}}{{metadata.toString}}', { metadata: {} })).toBe('');
  });

  test.each(['{{prompt}} {{ data }} {{metadata.a-b.c}}', 'no placeholder, { one brace } and }'])(
    '%j is a good one',
    (template) => expect(placeholderProblem(template)).toBeUndefined(),
  );

  test.each([
    ['{{Prompt}}', 'has the placeholder {{Prompt}}'],
    ['{{prompt.text}}', 'has the placeholder'],
    ['{{metadata}}', 'has the placeholder'],
    ['{{prompt', 'has {{ or }} without'],
    ['prompt}}', 'has {{ or }} without'],
  ])('%j %s', (template, problem) => expect(placeholderProblem(template)).toContain(problem));
});

describe('jsonSchemaProblems', () => {
  const nested = (levels: number): object =>
    levels === 0 ? { type: 'string' } : { type: 'array', items: nested(levels - 1) };

  test.each<[schema: unknown]>([
    [
      {
        type: 'object',
        properties: { a: { type: ['string', 'null'] } },
        required: ['a'],
        additionalProperties: false,
      },
    ],
    [{ type: 'array', items: { $ref: '#/$defs/x' }, $defs: { x: { enum: [1, 'a', null] } }, minItems: 0 }],
    [{ anyOf: [{ type: 'integer', minimum: -1 }, { const: 'none' }] }],
    [{}],
    [nested(30)],
  ])('%j is one', (schema) => expect(jsonSchemaProblems(schema)).toEqual([]));

  test.each<[schema: unknown, path: string, message: string]>([
    [[], '', 'must be a JSON schema, which is a mapping'],
    [{ type: 'strng' }, 'type', 'must be one of object, array'],
    [{ type: 'object', properties: { a: { typ: 'string' } } }, 'properties.a.typ', 'is no keyword'],
    [{ properties: ['a'] }, 'properties', 'must be a mapping of names to schemas'],
    [{ required: 'a' }, 'required', 'must be a list of names'],
    [{ items: [{ type: 'string' }] }, 'items', 'must be a JSON schema'],
    [{ type: 'string', pattern: '(' }, 'pattern', 'must be a regular expression'],
    [{ type: 'array', items: { minItems: -1 } }, 'items.minItems', 'must be a whole number'],
    [{ $ref: 'http://elsewhere/x' }, '$ref', 'must be a reference into this schema'],
    [{ $ref: '#/$defs/nothing' }, '', "is no JSON schema: can't resolve reference"],
    [{ anyOf: [] }, 'anyOf', 'must be a list of schemas'],
    [
      { properties: { a: {} }, required: ['a', 'b'], additionalProperties: false },
      'required.1',
      'names b, which is not in properties',
    ],
    [nested(40), 'items.items', 'is more than 32 schemas deep'],
  ])('%j is none: %s %s', (schema, path, message) => {
    const [problem] = jsonSchemaProblems(schema);
    expect(problem!.path.join('.')).toContain(path);
    expect(problem!.message).toContain(message);
  });

  test('takes anything without throwing', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void jsonSchemaProblems(value)));
  });
});
