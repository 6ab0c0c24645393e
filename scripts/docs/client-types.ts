import { ERRORS } from '#contracts';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly description?: string;
  readonly schema: Schema;
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly operationId: string; readonly parameters?: Parameter[] }>>
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** `packages/client/src/api.generated.ts`: the schemas of the document as types, and which codes may be tried again. */
export function clientTypes(openApi: string): string {
  const { components, paths } = JSON.parse(openApi) as Document;
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema)}export type ${name} = ${typeOf(schema)};`,
  );
  const retryable = Object.entries(ERRORS).flatMap(([code, row]) => (row.retryable ? [`  '${code}',`] : []));
  return `// Made by \`npm run docs\` from docs/openapi.json; a test holds it against the code.

${types.join('\n\n')}

/** Queries, by operation. */
export interface Queries {
${queriesOf(paths).join('\n')}
}

/** After one of these the same request may succeed later. */
export const RETRYABLE_CODES = [
${retryable.join('\n')}
] as const satisfies readonly ErrorCode[];
`;
}

function queriesOf(paths: Document['paths']): string[] {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  return operations.flatMap(({ operationId, parameters = [] }) => {
    const inQuery = parameters.filter((parameter) => parameter.in === 'query');
    if (inQuery.length === 0) return [];
    return [
      `  readonly ${operationId}: {`,
      ...inQuery.map((one) => `  ${field(one.name, one.schema, true)}`),
      '  };',
    ];
  });
}

function typeOf(schema: Schema, indent = ''): string {
  const { $ref, const: literal, enum: values, anyOf, oneOf, allOf, type } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1)!;
  if ('not' in schema) return 'never';
  if ('const' in schema) return JSON.stringify(literal);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  const either = (anyOf ?? oneOf) as Schema[] | undefined;
  if (either) return unionOf(either.map((one) => typeOf(one, indent)));
  if (allOf) return (allOf as Schema[]).map((one) => typeOf(one, indent)).join(' & ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, indent)).join(' | ');
  return simpleTypeOf(schema, indent);
}

/** Without numbers that are any number anyway. */
function unionOf(types: readonly string[]): string {
  const isNumber = types.includes('number');
  return types.filter((type) => !isNumber || !/^-?\d/.test(type)).join(' | ');
}

function simpleTypeOf(schema: Schema, indent: string): string {
  switch (schema['type']) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema['type'];
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${typeOf((schema['items'] ?? {}) as Schema, indent)})[]`;
    case 'object':
      return objectTypeOf(schema, indent);
    default:
      return 'unknown';
  }
}

/** What may hold anything else, too, is told to hold what is named. */
function objectTypeOf({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  if (!properties) {
    const value =
      typeof additionalProperties === 'object' ? typeOf(additionalProperties as Schema, indent) : 'unknown';
    return `Readonly<Record<string, ${value}>>`;
  }
  const inner = `${indent}  `;
  const fields = Object.entries(properties as Readonly<Record<string, Schema>>).map(
    ([name, schema]) => inner + field(name, schema, !(required as string[]).includes(name), inner),
  );
  return `{\n${fields.join('\n')}\n${indent}}`;
}

function field(name: string, schema: Schema, isOptional: boolean, indent = ''): string {
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  const type = typeOf(schema, indent);
  if (!isOptional) return `readonly ${key}: ${type};`;
  const others = ['unknown', 'never'].includes(type) ? [] : [type];
  return `readonly ${key}?: ${type === 'unknown' ? type : [...others, 'undefined'].join(' | ')};`;
}

function comment({ description }: Schema): string {
  return typeof description === 'string' ? `/** ${description} */\n` : '';
}
