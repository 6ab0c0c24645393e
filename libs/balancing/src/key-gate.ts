import { type ErrorCode } from '#contracts';
import { Breaker } from './breaker.js';
import { KEY_BREAKER } from './rules.js';

/** Why a key is not used, and for how long; null: until somebody changes it. */
export interface KeyHindrance {
  readonly reason: ErrorCode;
  readonly retryAfterMs: number | null;
}

/** What stands between one key and one endpoint: a rest whose length is known, or a breaker where it is not. */
export class KeyGate {
  readonly breaker: Breaker;
  #reason: ErrorCode = 'provider_rate_limited';
  #restUntil = 0;

  constructor(random: () => number) {
    this.breaker = new Breaker(KEY_BREAKER, random);
  }

  /** Whether it did not rest before. */
  rest(reason: ErrorCode, until: number, now: number): boolean {
    const isNew = this.#restUntil <= now;
    if (until > this.#restUntil) [this.#reason, this.#restUntil] = [reason, until];
    return isNew;
  }

  hindrance(now: number): KeyHindrance | undefined {
    if (this.#restUntil > now) return { reason: this.#reason, retryAfterMs: this.#restUntil - now };
    const waitMs = this.breaker.waitMs(now);
    return waitMs > 0 ? { reason: 'provider_rate_limited', retryAfterMs: waitMs } : undefined;
  }
}
