import { CliError, type EXIT } from '../exit-codes.js';

/** What an answer of the system says of an error; another server may answer with anything. */
export interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** The system answered with an error. */
export class Refusal extends CliError {
  constructor(
    readonly status: number,
    readonly problem: ProblemBody,
  ) {
    super(exitOf(status), textOf(status, problem), hintOf(status));
  }
}

function exitOf(status: number): keyof typeof EXIT {
  if (status === 401 || status === 403) return 'denied';
  if (status === 429 || status >= 500) return 'busy';
  return 'refused';
}

function textOf(status: number, { code, title, detail, errors = [] }: ProblemBody): string {
  const fields = errors.map(({ field, message }) => `\n  - ${field}: ${message}`).join('');
  if (code === undefined) return `The server answered with ${status}, and not in the words of this system`;
  return `${detail ?? title ?? 'The request was refused'} (${code})${fields}`;
}

function hintOf(status: number): string | undefined {
  if (status === 401) return 'Give an API key with --key or LLMQ_API_KEY.';
  if (status === 403) return 'The API key has not the scope for this; use another one.';
  return undefined;
}
