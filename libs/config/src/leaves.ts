import { z } from 'zod';
import { type FieldMeta } from './fields.js';
import { configSchema } from './schema.js';

/** One configurable value and its place in the tree. */
export interface Leaf {
  readonly path: readonly string[];
  readonly meta: FieldMeta;
  readonly schema: z.core.$ZodType;
}

/** Every value of the configuration, in the order of the schema. */
export const LEAVES: readonly Leaf[] = collect(configSchema, []);

function collect(schema: z.core.$ZodType, path: readonly string[]): Leaf[] {
  const meta = z.globalRegistry.get(schema) as FieldMeta | undefined;
  if (meta?.env) return [{ path, meta, schema }];
  const object = unwrap(schema);
  if (!(object instanceof z.ZodObject)) throw new Error(`${path.join('.')} has no environment variable`);
  return Object.entries(object.shape).flatMap(([key, child]) =>
    collect(child as z.core.$ZodType, [...path, key]),
  );
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodPrefault ? unwrap(schema.def.innerType) : schema;
}
