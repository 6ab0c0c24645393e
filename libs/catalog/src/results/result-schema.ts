import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { type FieldProblem } from '#contracts';
import { type JsonSchema } from '../spec.js';
import { withinMs } from './within-ms.js';

/** Clients write schemas, too: one that is more work than this to prepare or to check is refused. */
const MOST_MS = 500;

/** Of more problems than this neither a reader nor a model makes use. */
const MOST_PROBLEMS = 10;

/** Patterns take time linear in the text, whoever wrote them. */
const regExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find() };
  },
  { code: 'RE2JS' },
);

const AJV = {
  strict: false,
  strictNumbers: true,
  allErrors: true,
  logger: false,
  validateFormats: false,
  validateSchema: false,
  multipleOfPrecision: 9,
  code: { regExp },
} as const;

/** A JSON schema of 2020-12 that results are held against; `format` is a remark in it and checks nothing. */
export class ResultSchema {
  readonly #validate: ValidateFunction;

  /** @throws Error when it is no schema, or needs too much work */
  constructor(readonly schema: JsonSchema) {
    this.#validate = withinMs(MOST_MS, () => new Ajv2020(AJV).compile(schema));
    // References are followed only now, and a circle of them has no end.
    withinMs(MOST_MS, () => this.#validate(null));
  }

  /** What is wrong with a value, each with its path; none: it is as the schema says. */
  problemsOf(value: unknown): FieldProblem[] {
    try {
      if (withinMs(MOST_MS, () => this.#validate(value))) return [];
      return problemsOf(this.#validate.errors ?? []);
    } catch (error) {
      return [{ field: '', message: `cannot be checked: ${(error as Error).message}` }];
    }
  }
}

function problemsOf(errors: readonly ErrorObject[]): FieldProblem[] {
  const told = errors.map((error) => ({ field: pathOf(error), message: messageOf(error) }));
  const unique = [
    ...new Map(told.map((problem) => [`${problem.field} ${problem.message}`, problem])).values(),
  ];
  if (unique.length <= MOST_PROBLEMS) return unique;
  const more = { field: '', message: `and ${unique.length - MOST_PROBLEMS} more` };
  return [...unique.slice(0, MOST_PROBLEMS), more];
}

function pathOf({ instancePath }: ErrorObject): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

function messageOf({ keyword, params, message = 'is wrong' }: ErrorObject): string {
  const { allowedValues, additionalProperty } = params as Record<string, unknown>;
  if (keyword === 'enum') return `must be one of ${JSON.stringify(allowedValues)}`;
  if (keyword === 'additionalProperties') return `must not have ${JSON.stringify(additionalProperty)}`;
  return message;
}
