export const RATE_WINDOWS = [
  'requestsPerMinute',
  'requestsPerHour',
  'requestsPerDay',
  'tokensPerMinute',
] as const;

export type RateWindow = (typeof RATE_WINDOWS)[number];

/** What a provider lets one of its keys use; what is left out is not limited. */
export type RateLimits = { readonly [W in RateWindow]?: number | undefined };

export const WINDOW_MS: Readonly<Record<RateWindow, number>> = {
  requestsPerMinute: 60_000,
  requestsPerHour: 3_600_000,
  requestsPerDay: 86_400_000,
  tokensPerMinute: 60_000,
};

/** What a call is expected to use. */
export interface Cost {
  readonly requests: number;
  readonly tokens: number;
}

/** The call may not be made now. */
export interface Refused {
  readonly granted: false;
  /** The limit that is in the way for the longest. */
  readonly which: RateWindow;
  /** Until it may be made if nobody else asks: of a day's limit these can be hours. */
  readonly retryAfterMs: number;
}

/** What a provider says in an answer about one of its limits. */
export interface Told {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** Longer is no rate limit any more. */
const MAX_RESET_MS = 86_400_000;

/** What can be believed of it: some providers send -1 or 0 where they mean nothing. */
export function believable(told: Told | undefined): Told | undefined {
  if (!told || !(told.limit > 0) || !(told.remaining >= 0) || !(told.resetMs >= 0)) return undefined;
  return { ...told, resetMs: Math.min(told.resetMs, MAX_RESET_MS) };
}

/** By window. */
export type ToldRates = { readonly [W in RateWindow]?: Told | undefined };

/** The right to make one call. */
export interface Reservation {
  readonly granted: true;
  /** The tokens that the call has used: what was reserved too much is free at once, what is more counts from now. */
  settle(tokens: number): Promise<void>;
  /** The call was not made. */
  cancel(): Promise<void>;
  /** What the provider said in the answer to this call: its limits hold where they are lower than ours. */
  learn(told: ToldRates): Promise<void>;
}

/** A call of the past. */
export interface PastCall extends Cost {
  /** Epoch ms. */
  readonly atMs: number;
}

/**
 * How much each provider key has used, over all processes. In no time span of a window's length is more reserved than its
 * limit; what was reserved counts for that long, and for up to a sixtieth longer. A call that is larger than a limit
 * counts as large as the limit, so that it has its turn. Nothing here fails or waits for longer than `PATIENCE_MS`.
 * `rates.conformance.ts` is the specification.
 */
export abstract class Rates {
  abstract reserve(key: string, limits: RateLimits, cost: Cost): Promise<Reservation | Refused>;
  /** Makes known which calls there were, from where they are kept for good. Calls that are known already do no harm. */
  abstract recall(key: string, calls: readonly PastCall[]): Promise<void>;
}
