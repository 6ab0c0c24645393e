import { type JsonSchema } from '../chat.js';

/** Schemas that contain themselves end somewhere. */
const MAX_DEPTH = 16;
const MAX_VALUES = 1_000;
const MAX_LENGTH = 1_000;

/** A small value that is as most schemas say; what only a model could do, such as matching a pattern, it does not. */
export function sampleOf(schema: JsonSchema): unknown {
  return new Sampler(schema).of(schema, 0);
}

class Sampler {
  #left = MAX_VALUES;

  constructor(private readonly root: JsonSchema) {}

  of(schema: unknown, depth: number): unknown {
    this.#left -= 1;
    if (!isSchema(schema) || depth > MAX_DEPTH || this.#left < 0) return null;
    const { $ref, const: only, enum: choice, anyOf, oneOf, allOf } = schema;
    if (only !== undefined) return only;
    if (Array.isArray(choice)) return choice[0] as unknown;
    if (typeof $ref === 'string') return this.of(this.#referred($ref), depth + 1);
    if (Array.isArray(allOf))
      return Object.assign({}, ...allOf.map((part) => this.of(part, depth + 1))) as unknown;
    const options = anyOf ?? oneOf;
    return Array.isArray(options) ? this.of(options[0], depth + 1) : this.#ofType(schema, depth + 1);
  }

  #ofType({ type, properties, items, minItems, minLength, minimum, maximum }: JsonSchema, depth: number) {
    switch (Array.isArray(type) ? (type[0] as unknown) : type) {
      case 'array':
        return Array.from({ length: most(minItems, 1) }, () => this.of(items ?? {}, depth));
      case 'string':
        return 'simulated'.padEnd(most(minLength, 0), '.');
      case 'number':
      case 'integer':
        return Math.min(Number(minimum ?? 0), Number(maximum ?? Infinity));
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return this.#object(isSchema(properties) ? properties : {}, depth);
    }
  }

  #object(properties: JsonSchema, depth: number): object {
    return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, this.of(part, depth)]));
  }

  #referred(reference: string): unknown {
    const names = reference.split('/').slice(1);
    return names.reduce<unknown>((part, name) => (isSchema(part) ? part[name] : undefined), this.root);
  }
}

function most(asked: unknown, usual: number): number {
  return typeof asked === 'number' ? Math.min(asked, MAX_LENGTH) : usual;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
