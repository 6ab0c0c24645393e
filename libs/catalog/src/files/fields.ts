import { z } from 'zod';
import { parseDuration } from '#contracts';

/** The kinds of values in the files, each with a message that says what to write instead. */

interface Given {
  readonly input: unknown;
}

/** Says whether something is missing or wrong; both ways what it must be. */
export function must(what: string) {
  return {
    error: ({ input }: Given) =>
      input === undefined || input === null ? `is missing; it must be ${what}` : `must be ${what}`,
  };
}

/** A mapping that has these keys and no others. */
export function mapping<T extends z.ZodRawShape>(shape: T, orElse = '') {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `is not known here; known are ${known}`
        : must(`a mapping with ${known}${orElse}`).error(issue),
  });
}

export function list<T extends z.ZodType>(item: T, what: string, max = 200) {
  const wanted = must(`a list of at most ${max} ${what}`);
  return z.array(item, wanted).max(max, wanted);
}

export function text(what: string, max = 256) {
  const wanted = must(`${what}, of at most ${max} characters`);
  return z.string(wanted).min(1, wanted).max(max, wanted);
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, must(`one of ${values.join(', ')}`));
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A number, or a variable that holds one. */
export function number({ min, max }: Bounds) {
  const wanted = must(`a number from ${min} to ${max}`);
  return z.preprocess(asNumber, z.number(wanted).min(min, wanted).max(max, wanted));
}

export function whole({ min, max }: Bounds) {
  const wanted = must(`a whole number from ${min} to ${max}`);
  return z.preprocess(asNumber, z.number(wanted).int(wanted).min(min, wanted).max(max, wanted));
}

/** From 0 to 1. */
export const fraction = number({ min: 0, max: 1 });

function asNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
}

/** As ms. */
export function duration(min: string, max: string) {
  const [least, most] = [parseDuration(min)!, parseDuration(max)!];
  const wanted = must(`a duration from ${min} to ${max}, such as 500ms, 30s or 5m`);
  const parse = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? (parseDuration(value) ?? value) : value;
  return z.preprocess(parse, z.number(wanted).min(least, wanted).max(most, wanted));
}

const NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;

/** What a provider, an alias, a group or a task type may be called. */
export const name = z
  .string(must('a name'))
  .max(64, 'must be at most 64 characters')
  .regex(NAME, 'must be letters and digits, with dots, dashes or underscores between them')
  .refine((value) => !['auto', '__proto__', 'constructor'].includes(value), 'must be another name');

/** A mapping by names, in its own order, as a Map: names of objects' own methods mean nothing there. */
export function byName<K extends z.ZodType<string, string>, T extends z.ZodType>(
  key: K,
  value: T,
  max = 200,
) {
  const wanted = must(`a mapping of at most ${max} names`);
  return z
    .record(key, value, wanted)
    .refine((entries) => Object.keys(entries).length <= max, wanted)
    .transform((entries) => new Map(Object.entries(entries)) as ReadonlyMap<string, z.output<T>>);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is not there: an optional field is left out, never undefined. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
