import { z } from 'zod';
import { formatDuration, parseDuration } from '#contracts';

export { formatDuration, parseDuration };

/** What the configuration table says of a value beside its default. */
export interface FieldMeta {
  /** The environment variable that sets it. */
  readonly env: string;
  readonly description: string;
  readonly unit?: 'ms' | 'bytes' | 'tokens' | 'characters' | 'count';
  /** Never printed. */
  readonly secret?: boolean;
}

export function duration(value: string, bounds: { min?: string; max?: string }, meta: FieldMeta) {
  const [min, max] = [parseDuration(bounds.min ?? '0')!, parseDuration(bounds.max ?? '365d')!];
  return z
    .union([z.string(), z.number()])
    .transform((given, context) => {
      const ms = parseDuration(given);
      if (ms !== undefined && ms >= min && ms <= max) return ms;
      const message = `must be a duration from ${formatDuration(min)} to ${formatDuration(max)}, such as 500ms, 30s or 5m`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .prefault(value)
    .meta({ ...meta, unit: 'ms' });
}

export function whole(value: number, bounds: { min: number; max: number }, meta: FieldMeta) {
  return z.coerce
    .number()
    .int()
    .min(bounds.min)
    .max(bounds.max)
    .prefault(value)
    .meta({ ...meta });
}

export function fraction(value: number, meta: FieldMeta) {
  return z.coerce
    .number()
    .min(0)
    .max(1)
    .prefault(value)
    .meta({ ...meta });
}

export function flag(value: boolean, meta: FieldMeta) {
  const words = z
    .enum(['true', 'false', '1', '0', 'yes', 'no'])
    .transform((word) => /^(true|1|yes)$/.test(word));
  return z
    .union([z.boolean(), words])
    .prefault(value)
    .meta({ ...meta });
}

export function choice<const T extends readonly [string, ...string[]]>(
  values: T,
  value: T[number],
  meta: FieldMeta,
) {
  return z
    .enum(values)
    .prefault(value)
    .meta({ ...meta });
}

export function word(value: string, meta: FieldMeta) {
  return z
    .string()
    .prefault(value)
    .meta({ ...meta });
}

/** A value that may be left out; an empty environment variable counts as left out. */
export function optionalUrl(protocols: RegExp, meta: FieldMeta) {
  return z
    .string()
    .transform((given, context) => {
      if (given === '') return undefined;
      const url = URL.parse(given);
      if (url && protocols.test(url.protocol)) return given;
      context.addIssue({ code: 'custom', message: `must be a URL whose scheme matches ${protocols.source}` });
      return z.NEVER;
    })
    .optional()
    .meta({ ...meta });
}

export function optionalWord(meta: FieldMeta) {
  return z
    .string()
    .transform((given) => (given === '' ? undefined : given))
    .optional()
    .meta({ ...meta });
}

/** A number that may be left out; a key without a value has none. */
export function optionalWhole(bounds: { min: number; max: number }, meta: FieldMeta) {
  return z.coerce
    .number()
    .int()
    .min(bounds.min)
    .max(bounds.max)
    .nullish()
    .transform((given) => given ?? undefined)
    .meta({ ...meta });
}
