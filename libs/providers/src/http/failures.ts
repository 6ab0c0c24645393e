import { AppError } from '#contracts';
import { upstreamErrorOf } from '../upstream-error.js';

/** A connection that could not be made or broke; what is an AppError already stays one. */
export function mapBroken(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('provider_unavailable', `The connection to the provider failed: ${message}`, {
    cause: error,
  });
}

export function withoutSecret(text: string, secret = ''): string {
  return secret === '' ? text : text.replaceAll(secret, '[redacted]');
}

/** The same error, should a provider have repeated the key in the middle of its answer. */
export function errorWithoutSecret(error: AppError, secret = ''): AppError {
  const said = upstreamErrorOf(error);
  if (secret === '' || !`${error.message}${said?.message}`.includes(secret)) return error;
  const { code, message, retryAfterMs } = error;
  return new AppError(code, withoutSecret(message, secret), {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(said && { cause: { ...said, message: withoutSecret(said.message, secret) } }),
  });
}
