import { type z } from 'zod';
import { type Path, type Problem } from './problem.js';
import { type YamlFile } from './yaml-file.js';

/** What a file says, or everything that is wrong with its shape. */
export type Parsed<T> =
  | { readonly data: T; readonly problems: readonly Problem[] }
  | { readonly data: undefined; readonly problems: readonly Problem[] };

/** `value` is what the file holds, with its variables put in. */
export function parseFile<T extends z.ZodType>(
  file: YamlFile,
  schema: T,
  value: unknown,
): Parsed<z.output<T>> {
  if (file.problems.length > 0) return { data: undefined, problems: file.problems };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, problems: [] };
  return { data: undefined, problems: parsed.error.issues.flatMap((issue) => problemsOf(file, issue)) };
}

function problemsOf(file: YamlFile, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => file.problem([...path, key], issue.message, 'key'));
  if (issue.code === 'invalid_key') return [file.problem(path, issue.issues[0]?.message ?? issue.message)];
  return [file.problem(path, issue.message)];
}
