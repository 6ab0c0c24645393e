import { AppError } from '#contracts';
import { CommandError } from './protocol/codes.js';

const BY_STATUS: Readonly<Record<number, ConstructorParameters<typeof CommandError>[0]>> = {
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

/** Whether somebody should look at it. */
export function isUnforeseen(error: unknown): boolean {
  return !(error instanceof CommandError || (error instanceof AppError && error.code !== 'internal'));
}
