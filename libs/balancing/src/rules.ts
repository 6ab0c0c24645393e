import { type BreakerRules } from './breaker.js';

/** Of an endpoint, where nothing else is configured. */
export const ENDPOINT_BREAKER: BreakerRules = {
  failuresInARow: 5,
  failureRate: 0.5,
  leastCalls: 20,
  windowMs: 10_000,
  successesToClose: 2,
  openMs: 1_000,
  mostOpenMs: 60_000,
};

/** Of a key on an endpoint: one 429 that names no time is enough. */
export const KEY_BREAKER: BreakerRules = {
  failuresInARow: 1,
  failureRate: 1,
  leastCalls: 1,
  windowMs: 10_000,
  successesToClose: 1,
  openMs: 500,
  mostOpenMs: 60_000,
};

/** A provider may ask for more than we are willing to believe. */
export const MOST_RATE_REST_MS = 15 * 60_000;
export const MOST_QUOTA_REST_MS = 25 * 3_600_000;

/** How long a key whose quota is used up rests when the provider does not say how long. */
export const QUOTA_REST_MS = 10 * 60_000;

/** Rests that are longer than this are told to all processes; shorter ones are over before that would help. */
export const SHARED_FROM_MS = 10_000;
