/** A token bucket: `burst` requests at once, and one more every `intervalMs`. */
export interface BucketLimit {
  readonly burst: number;
  readonly intervalMs: number;
}

/** What became of a request. */
export interface Verdict {
  readonly allowed: boolean;
  /** How many requests the whole bucket is for. */
  readonly limit: number;
  readonly remaining: number;
  /** Until the bucket is full again. */
  readonly resetMs: number;
  /** Until one more is allowed; 0 for one that is. */
  readonly retryAfterMs: number;
}

/** Buckets of whom nothing was heard for the longest are forgotten past this number: about 10 MB. */
export const MAX_BUCKETS = 50_000;

/**
 * Who may make how many requests, over all processes: in any time span no more than `burst` and what has come back
 * meanwhile. `buckets.conformance.ts` is the specification.
 */
export abstract class Buckets {
  /** Takes one request out of a bucket. Never fails; at once where no other system has to be asked. */
  abstract take(name: string, limit: BucketLimit): Verdict | Promise<Verdict>;
}
