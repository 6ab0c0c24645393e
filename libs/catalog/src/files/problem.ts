import { AppError } from '#contracts';

export type Path = readonly (string | number)[];

/** Something in a file that must be changed: where it is, and what to change. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `providers[0].models[2].price`; empty: the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export function pathText(path: Path): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}

/** Everything that is wrong, one line each. */
export function catalogInvalid(problems: readonly Problem[]): AppError {
  const lines = problems.map((problem) => `  - ${placeOf(problem)}: ${sentenceOf(problem)}`);
  return new AppError(
    'catalog_invalid',
    `The provider files have ${problems.length} problem(s):\n${lines.join('\n')}`,
    { fields: problems.map((problem) => ({ field: placeOf(problem), message: sentenceOf(problem) })) },
  );
}

function placeOf({ file, line, column }: Problem): string {
  return `${file}:${line}:${column}`;
}

function sentenceOf({ path, message }: Problem): string {
  return path === '' ? message : `${path} ${message}`;
}
