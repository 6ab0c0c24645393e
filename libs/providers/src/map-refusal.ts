import { AppError, type ErrorCode } from '#contracts';
import { exhaustedForMs, type LimitsSeen, readWait } from './limits-seen.js';
import { type UpstreamError } from './upstream-error.js';

/** A limit that lasts longer than this is no limit by the minute. */
const MINUTE_LIMIT_MS = 10 * 60_000;

/** The account has nothing left: no waiting helps, or a long one. */
const NO_QUOTA =
  /insufficient_(quota|balance)|current_quota|credit_balance_exhausted|(spend|usage)_limit_exceeded|arrearage/i;
const NO_QUOTA_TEXT = /credit balance is too low|reached your specified .{0,40}usage limits/i;

const BY_THE_DAY = /per ?(day|month)|\b(RPD|TPD)\b|daily|monthly/i;

const OVERLOADED = /overloaded|slow.?down|server busy/i;

/** What an error is called, where no status says it: inside of a stream that began with 200. */
const STATUS_OF: ReadonlyMap<string | null, number> = new Map([
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
  ['rate_limit_reached_error', 429],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['invalid_request_error', 400],
  ['request_too_large', 413],
  ['timeout_error', 504],
]);

/**
 * What a provider said, as one of our errors, with the original as its cause. `known` is what the adapter knows better than
 * the common rules.
 */
export function mapRefusal(said: UpstreamError, limits: LimitsSeen = {}, known?: ErrorCode): AppError {
  const status = said.status ?? statusOf(said);
  const waitMs = limits.retryAfterMs ?? (status === 429 ? waitOf(said, limits) : undefined);
  const code = known ?? codeOf(said, status, waitMs);
  // What is wrong with the operator's account is not the tenants' business.
  const detail = code === 'provider_unauthorized' ? 'it refused the API key' : said.message;
  const what = said.status === null ? 'The provider broke off' : `The provider answered ${said.status}`;
  return new AppError(code, `${what}: ${detail}`, {
    cause: said,
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
}

function codeOf(
  { code, type, message }: UpstreamError,
  status: number,
  waitMs: number | undefined,
): ErrorCode {
  const names = `${code} ${type}`;
  if (NO_QUOTA.test(names) || NO_QUOTA_TEXT.test(message)) return 'provider_quota_exhausted';
  if (status === 529 || OVERLOADED.test(status >= 500 ? `${names} ${message}` : names))
    return 'provider_overloaded';
  if (status !== 429) return codeOfStatus(status);
  return BY_THE_DAY.test(message) || (waitMs ?? 0) > MINUTE_LIMIT_MS
    ? 'provider_quota_exhausted'
    : 'provider_rate_limited';
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 402 || status === 403) return 'provider_unauthorized';
  if (status === 408 || status === 504) return 'provider_timeout';
  if (status === 409 || status >= 500) return 'provider_unavailable';
  if (status >= 300 && status < 400) return 'provider_bad_response';
  return 'provider_rejected';
}

function statusOf({ code, type }: UpstreamError): number {
  const number = Number(code);
  if (Number.isInteger(number) && number >= 400 && number < 600) return number;
  return STATUS_OF.get(code) ?? STATUS_OF.get(type) ?? 500;
}

/** `Please try again in 6m38.304s` goes first: the headers may tell of another limit than the one that was hit. */
function waitOf({ message }: UpstreamError, limits: LimitsSeen): number | undefined {
  const [, wait] = /(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|[smhd]))+)/i.exec(message) ?? [];
  return (wait === undefined ? undefined : readWait(wait)) ?? exhaustedForMs(limits);
}
