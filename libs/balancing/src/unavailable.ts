import { AppError, ERRORS, type ErrorCode } from '#contracts';
import { type PickReason, type Unavailable } from './pick.js';

/** What only somebody can change is asked for again after this time. */
const MOST_RETRY_MS = 60_000;
const MOST_REASONS = 20;

/** Sums up what keeps a provider from being called; what the caller left out counts only where there is nothing else. */
export function unavailable(reasons: readonly PickReason[]): Unavailable {
  const others = reasons.filter(({ reason }) => reason !== 'excluded');
  const real = others.length > 0 ? others : reasons;
  const first = real.toSorted((one, other) => waitOf(one) - waitOf(other))[0];
  return {
    available: false,
    code: first ? codeOf(first) : 'provider_unavailable',
    retryAfterMs: Math.ceil(Math.min(MOST_RETRY_MS, first ? waitOf(first) : Infinity)),
    reasons: reasons.slice(0, MOST_REASONS),
  };
}

/** The same as the error of a call that was not made. */
export function unavailableError(provider: string, { code, retryAfterMs, reasons }: Unavailable): AppError {
  const why = reasons.map(({ endpoint, key, reason }) => [endpoint, key, reason].filter(Boolean).join(' '));
  const message = `No endpoint of ${provider} can be called now: ${why.join(', ') || 'there is none'}`;
  return new AppError(code, message, { retryAfterMs });
}

function waitOf({ retryAfterMs }: PickReason): number {
  return retryAfterMs ?? Infinity;
}

/** What is over by itself is a limit, which costs a message no attempt; what is not is a failure. */
function codeOf({ reason, retryAfterMs }: PickReason): ErrorCode {
  if (reason in ERRORS) return reason as ErrorCode;
  return retryAfterMs === null || reason === 'excluded' ? 'provider_unavailable' : 'provider_overloaded';
}
