import { z } from 'zod';
import { formatDuration } from './fields.js';
import { type Leaf } from './leaves.js';

type Default = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The default of a setting as one would write it; undefined where it has none. */
export function defaultOf({ schema, meta }: Leaf): string | undefined {
  const prefault = schema instanceof z.ZodPrefault ? (schema.def.defaultValue as Default) : undefined;
  if (prefault === undefined) return undefined;
  if (typeof prefault === 'object') return JSON.stringify(prefault);
  return meta.unit === 'ms' && typeof prefault === 'number' ? formatDuration(prefault) : String(prefault);
}
