import { RE2JS, RE2JSSyntaxException } from 're2js';
import { AppError } from '#contracts';

/** A pattern with more steps is refused: each step may cost time for each character of a message. */
const MAX_STEPS = 1_000;

/**
 * How much work a pattern is: the steps of its RE2 program.
 * @throws AppError invalid_request with RE2's reason and the place, or because it is too much work
 */
export function stepsOf(pattern: string): number {
  const steps = compile(pattern).programSize();
  if (steps > MAX_STEPS)
    throw bad(`is too much work: ${steps} steps, at most ${MAX_STEPS} are allowed; use smaller repetitions`);
  return steps;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw error instanceof RE2JSSyntaxException ? bad(explain(error, pattern)) : error;
  }
}

/** RE2 names the part that it cannot read; where that part is there once, its place is known. */
function explain(error: RE2JSSyntaxException, pattern: string): string {
  const part = error.getPattern() ?? pattern;
  const reason = `is no RE2 pattern: ${error.getDescription()}`;
  if (part === pattern) return reason;
  const isOnce = pattern.indexOf(part) === pattern.lastIndexOf(part);
  return `${reason}: ${part}${isOnce ? ` at character ${pattern.indexOf(part) + 1}` : ''}`;
}

function bad(message: string): AppError {
  return new AppError('invalid_request', `pattern: ${message}`, { fields: [{ field: 'pattern', message }] });
}
