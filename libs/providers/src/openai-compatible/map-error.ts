import { AppError, type ErrorCode } from '#contracts';

/** No provider makes us wait longer than this before we ask again. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** How much of an error body is kept: enough to say what is wrong, too little to fill a log. */
const MAX_DETAIL = 300;

/** The answer of an OpenAI-compatible API that is not 200, as one of our errors. */
export function mapHttpError(
  status: number,
  headers: Readonly<Record<string, unknown>>,
  body: string,
): AppError {
  const { message, code } = readBody(body);
  const retryAfterMs = retryAfter(headers);
  const ourCode = toCode(status, code);
  // What is wrong with the operator's account is not the tenants' business, and some providers repeat the key.
  const detail = ourCode === 'provider_unauthorized' ? 'it refused the API key' : withoutKeys(message);
  return new AppError(ourCode, `The provider answered ${status}: ${detail}`, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** An error object inside of a stream that began with 200. */
export function mapStreamError(error: unknown): AppError {
  const { message, code } = describe(error);
  const known = code === 'rate_limit_exceeded' ? 'provider_rate_limited' : 'provider_unavailable';
  return new AppError(known, `The provider broke off: ${withoutKeys(message)}`);
}

/** What looks like a key; the caller takes out the one that it knows. */
function withoutKeys(text: string): string {
  return text.replaceAll(/\b(?:sk|pk)-[\w*-]{6,}/g, '[redacted]');
}

function toCode(status: number, code: string | undefined): ErrorCode {
  if (code === 'insufficient_quota') return 'provider_quota_exhausted';
  if (status === 429) return 'provider_rate_limited';
  if (status === 401 || status === 403 || status === 402) return 'provider_unauthorized';
  if (status === 408 || status === 504) return 'provider_timeout';
  if (status === 409 || status >= 500) return 'provider_unavailable';
  if (status >= 300 && status < 400) return 'provider_bad_response';
  return 'provider_rejected';
}

function readBody(body: string): { message: string; code: string | undefined } {
  try {
    return describe((JSON.parse(body) as { error?: unknown }).error);
  } catch {
    return { message: body.slice(0, MAX_DETAIL).replaceAll(/\s+/g, ' ') || 'no body', code: undefined };
  }
}

function describe(error: unknown): { message: string; code: string | undefined } {
  if (typeof error !== 'object' || error === null) return { message: 'no details', code: undefined };
  const { message, code } = error as { message?: unknown; code?: unknown };
  return {
    message: typeof message === 'string' ? message.slice(0, MAX_DETAIL) : 'no details',
    code: typeof code === 'string' ? code : undefined,
  };
}

/** `retry-after-ms`, else `retry-after` in seconds or as a date; what makes no sense is ignored. */
function retryAfter(headers: Readonly<Record<string, unknown>>): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  const header = headers['retry-after'];
  const seconds = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN;
  const date = typeof header === 'string' ? Date.parse(header) - Date.now() : Number.NaN;
  const wait = [ms, seconds * 1_000, date].find((value) => Number.isFinite(value) && value >= 0);
  return wait === undefined ? undefined : Math.min(Math.round(wait), MAX_RETRY_AFTER_MS);
}
