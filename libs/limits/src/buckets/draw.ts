import { type BucketLimit, type Verdict } from './buckets.js';

/**
 * The bucket as one number (GCRA): `fullAt` is when it will be full again. Each request moves that on by `intervalMs`,
 * and it may be at most the whole bucket ahead of now.
 */
export interface Drawn {
  readonly granted: number;
  readonly fullAt: number;
}

/** A part of a request by which times in ms since 1970 may be off, so that rounding refuses nobody. */
const SLACK = 0.01;

export function draw(fullAt: number, now: number, limit: BucketLimit, wanted: number): Drawn {
  const { burst, intervalMs } = limit;
  // Not more than the whole bucket ahead, should a clock have been set back.
  const from = Math.min(Math.max(fullAt, now), now + burst * intervalMs);
  const granted = Math.min(wanted, Math.floor(burst - (from - now) / intervalMs + SLACK));
  return { granted, fullAt: from + granted * intervalMs };
}

/** `kept`: requests that are drawn already, and not yet made. */
export function verdictOf(
  allowed: boolean,
  fullAt: number,
  now: number,
  { burst, intervalMs }: BucketLimit,
  kept = 0,
): Verdict {
  const aheadMs = Math.max(0, fullAt - now - kept * intervalMs);
  return {
    allowed,
    limit: Math.floor(burst),
    remaining: allowed ? Math.max(0, Math.floor(burst - aheadMs / intervalMs + SLACK)) : 0,
    resetMs: Math.ceil(aheadMs),
    retryAfterMs: allowed ? 0 : Math.max(1, Math.ceil(aheadMs - (burst - 1) * intervalMs)),
  };
}

/**
 * The part of one of so many processes, at least one request. Its `fullAt` means the same as that of the whole bucket,
 * since the part is as many times slower as it is smaller.
 */
export function partOf({ burst, intervalMs }: BucketLimit, processes: number): BucketLimit {
  return { burst: Math.max(1, burst / processes), intervalMs: intervalMs * processes };
}
