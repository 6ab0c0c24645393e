import { type ResultSchema } from '#catalog';
import { type FieldProblem, hasUnstorableEscape } from '#contracts';
import { jsonIn } from './json-in.js';

/** Deeper, no client reads it, and the database has its limit too. */
const MAX_DEPTH = 100;

export type ReadResult = { readonly data: unknown } | { readonly problems: readonly FieldProblem[] };

/** The result in a model's answer: the first JSON that is as the schema says, else what is wrong with the first JSON. */
export function readResult(text: string, schema: ResultSchema): ReadResult {
  let problems: readonly FieldProblem[] | undefined;
  for (const data of jsonIn(text)) {
    const found = problemsOf(data, schema);
    if (found.length === 0) return { data };
    problems ??= found;
  }
  return { problems: problems ?? [{ field: '', message: 'is no JSON' }] };
}

function problemsOf(data: unknown, schema: ResultSchema): readonly FieldProblem[] {
  if (isDeep(data)) return [{ field: '', message: `is nested deeper than ${MAX_DEPTH} levels` }];
  if (hasUnstorableEscape(JSON.stringify(data)))
    return [{ field: '', message: 'must not contain NUL or lone surrogates' }];
  return schema.problemsOf(data);
}

/** Level by level, so that depth cannot overflow the stack. */
function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}
