import { AppError } from '#contracts';
import { CommandError, type CommandErrorName } from './protocol/codes.js';

const BY_STATUS: Readonly<Record<number, CommandErrorName>> = {
  401: 'unauthorized',
  403: 'permission_denied',
  404: 'unknown_channel',
  429: 'too_many_requests',
};

/** What a client is told of an error; one that nobody foresaw is `internal`, and is for the log. */
export function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (!(error instanceof AppError) || error.status >= 500) return new CommandError('internal');
  return new CommandError(BY_STATUS[error.status] ?? 'bad_request');
}

/**
 * What the caller of a procedure is told: there the protocol has no numbers for what went wrong, so it is the HTTP status,
 * and the code and the words of the same error over HTTP.
 */
export function asProcedureError(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code === 'internal') return error;
  const { status: code, retryable, message } = error;
  return new CommandError({
    code,
    message: `${error.code}: ${message}`,
    ...(retryable && { temporary: true as const }),
  });
}

/** Whether somebody should look at it. */
export function isUnforeseen(error: unknown): boolean {
  return !(error instanceof CommandError || (error instanceof AppError && error.code !== 'internal'));
}
