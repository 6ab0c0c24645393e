import { type JsonSchema } from '../chat.js';

/** The API refuses a request for them; whoever asked checks the answer. */
const NOT_TAKEN: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'propertyNames',
  'default',
  'examples',
]);

/** Where names stand for schemas and not for keywords. */
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

/** What can be said in no other way than in the prompt. */
const NOT_SAID: ReadonlySet<string> = new Set(['oneOf', 'not', 'if', 'prefixItems', 'patternProperties']);

/** The schema as the API takes it; undefined: it takes none like it, such as one of objects with any fields. */
export function outputSchema(schema: JsonSchema): JsonSchema | undefined {
  const isObject = schema['type'] === 'object' || 'properties' in schema;
  if (isObject && schema['additionalProperties'] !== false) return undefined;
  if (schema['$ref'] === '#' || Object.keys(schema).some((key) => NOT_SAID.has(key))) return undefined;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (NOT_TAKEN.has(key)) continue;
    kept[key] = NAMED.has(key) ? withEach(value) : within(value);
    if (kept[key] === undefined) return undefined;
  }
  return kept;
}

function within(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => (isMapping(item) ? outputSchema(item) : (item as unknown)));
    return items.includes(undefined) ? undefined : items;
  }
  return isMapping(value) ? outputSchema(value) : value;
}

function withEach(value: unknown): unknown {
  if (!isMapping(value)) return undefined;
  const entries = Object.entries(value).map(([name, part]) => [name, within(part)] as const);
  return entries.some(([, part]) => part === undefined) ? undefined : Object.fromEntries(entries);
}

function isMapping(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
