import { ResultSchema } from '../results/result-schema.js';
import { type JsonSchema } from '../spec.js';
import { type Path } from './problem.js';

/** What is wrong in a JSON schema, and where. */
export interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
}

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

/** Deeper, nobody reads it, and no provider takes it. */
const MAX_DEPTH = 32;

type Check = (value: unknown, path: Path, depth: number) => SchemaProblem[];

const isCount = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const is =
  (test: (value: unknown) => boolean, what: string): Check =>
  (value, path) =>
    test(value) ? [] : [{ path, message: `must be ${what}` }];

const count = is(isCount, 'a whole number that is not negative');
const bound = is((value) => typeof value === 'number', 'a number');
const label = is((value) => typeof value === 'string', 'a text');
const anything = is(() => true, '');
const flag = is((value) => typeof value === 'boolean', 'true or false');
const schemas: Check = (value, path, depth) =>
  Array.isArray(value) && value.length > 0
    ? value.flatMap((item, i) => schemaProblems(item, [...path, i], depth + 1))
    : [{ path, message: 'must be a list of schemas' }];
const schemasByName: Check = (value, path, depth) =>
  isMapping(value)
    ? Object.entries(value).flatMap(([key, item]) => schemaProblems(item, [...path, key], depth + 1))
    : [{ path, message: 'must be a mapping of names to schemas' }];
const schema: Check = (value, path, depth) => schemaProblems(value, path, depth + 1);

/** What providers take of JSON schema; a keyword beyond it would be silently without effect there. */
const KEYWORDS: Readonly<Record<string, Check>> = {
  $schema: label,
  $id: label,
  $defs: schemasByName,
  definitions: schemasByName,
  $ref: is(
    (value) => typeof value === 'string' && /^#(\/|$)/.test(value),
    'a reference into this schema: #/…',
  ),
  title: label,
  description: label,
  default: anything,
  examples: is(Array.isArray, 'a list'),
  type: is(isType, `one of ${TYPES.join(', ')}, or a list of them`),
  enum: is((value) => Array.isArray(value) && value.length > 0, 'a list of values'),
  const: anything,
  format: label,
  pattern: is(isPattern, 'a regular expression'),
  minLength: count,
  maxLength: count,
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  multipleOf: is((value) => typeof value === 'number' && value > 0, 'a number that is more than 0'),
  properties: schemasByName,
  required: is(isTexts, 'a list of names'),
  additionalProperties: (value, path, depth) =>
    typeof value === 'boolean' ? [] : schema(value, path, depth),
  propertyNames: schema,
  minProperties: count,
  maxProperties: count,
  items: schema,
  prefixItems: schemas,
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  anyOf: schemas,
  oneOf: schemas,
  allOf: schemas,
  not: schema,
};

/** Everything that is wrong in a JSON schema; whatever has no problem can also be turned into a validator. */
export function jsonSchemaProblems(value: unknown, path: Path = []): SchemaProblem[] {
  const problems = schemaProblems(value, path, 0);
  if (problems.length > 0) return problems;
  try {
    new ResultSchema(value as JsonSchema);
    return [];
  } catch (error) {
    return [{ path, message: `is no JSON schema: ${(error as Error).message}` }];
  }
}

function schemaProblems(value: unknown, path: Path, depth: number): SchemaProblem[] {
  if (!isMapping(value)) return [{ path, message: 'must be a JSON schema, which is a mapping' }];
  if (depth > MAX_DEPTH) return [{ path, message: `is more than ${MAX_DEPTH} schemas deep` }];
  const problems = Object.entries(value).flatMap(([keyword, given]) => {
    const check = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    return check
      ? check(given, [...path, keyword], depth)
      : [{ path: [...path, keyword], message: 'is no keyword of JSON schema that providers know' }];
  });
  return [...problems, ...unknownRequired(value, path)];
}

/** A misspelt name here would make every result wrong. */
function unknownRequired(
  { properties, required, additionalProperties }: Record<string, unknown>,
  path: Path,
) {
  if (!isMapping(properties) || !isTexts(required) || additionalProperties !== false) return [];
  const names = required as readonly string[];
  return names.flatMap((key, i) =>
    Object.hasOwn(properties, key)
      ? []
      : [{ path: [...path, 'required', i], message: `names ${key}, which is not in properties` }],
  );
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isType(value: unknown): boolean {
  const types = Array.isArray(value) ? value : [value];
  return types.length > 0 && types.every((type) => TYPES.includes(type as string));
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value, 'u');
    return true;
  } catch {
    return false;
  }
}
