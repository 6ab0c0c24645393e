import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

const DEFINITIONS = '#/$defs/';

/** What Zod itself names: only JSON within JSON refers to itself. */
const UNNAMED = `${DEFINITIONS}__schema`;

/** Zod schemas as those of a document; what has an id is written once, and referred to. */
export class SchemaBook {
  readonly #components = new Map<string, JsonSchema>();

  /** `folder`: where the document keeps what has an id. */
  constructor(private readonly folder = '#/components/schemas/') {}

  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What a client may send. */
  request(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'input');
  }

  /** What a client gets; there may be more fields one day. */
  answer(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'output');
  }

  #convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // In a field, so that one with an id becomes a reference, too.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
      io,
      unrepresentable: 'any',
      override: io === 'input' ? tidy : opened,
    });
    for (const [name, definition] of Object.entries($defs)) {
      const { id: _, ...rest } = this.#relinked(definition) as JsonSchema;
      if (!`${DEFINITIONS}${name}`.startsWith(UNNAMED)) this.#components.set(name, rest);
    }
    return this.#relinked(properties!['it']) as JsonSchema;
  }

  #relinked(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#relinked(item));
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, ...rest } = node as { readonly $ref?: unknown };
    const others = Object.entries(rest).map(([key, value]) => [key, this.#relinked(value)]);
    return { ...this.#reference($ref), ...(Object.fromEntries(others) as object) };
  }

  #reference(to: unknown): object {
    if (typeof to !== 'string' || to.startsWith(UNNAMED)) return {};
    return { $ref: to.replace(DEFINITIONS, this.folder) };
  }
}

/** Without what says nothing to a reader. */
function tidy({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
}

/** Clients that refuse what they do not know would break with every new field. */
function opened(given: { readonly jsonSchema: Record<string, unknown> }): void {
  tidy(given);
  if (given.jsonSchema['additionalProperties'] === false) delete given.jsonSchema['additionalProperties'];
}
