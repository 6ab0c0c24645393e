import { type Spread } from '#limits';

/** Of the mean and of the deviation, how much the newest call counts (RFC 6298 does the same with round trips). */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
/** Fewer calls say nothing about the next one. */
const MIN_CALLS = 16;
/** Calls that differ more than by this part of the mean spread by themselves. */
const MAX_DEVIATION = 0.2;
/** Part of a call for which its start may be held back. */
const HOLD = 0.02;
const MAX_HOLD_MS = 100;
/** A smaller gap is less than what timers can keep. */
const MIN_GAP_MS = 4;

/** How long the calls of a lane take, and whether it is worth keeping their starts apart. */
export class LanePace {
  #calls = 0;
  #meanMs = 0;
  #deviationMs = 0;

  observe(ms: number): void {
    this.#calls += 1;
    if (this.#calls === 1) this.#meanMs = ms;
    this.#deviationMs += BETA * (Math.abs(ms - this.#meanMs) - this.#deviationMs);
    this.#meanMs += ALPHA * (ms - this.#meanMs);
  }

  /** Undefined: the calls are too different, too short or too few. */
  spread(limit: number): Spread | undefined {
    const gapMs = Math.floor(this.#meanMs / limit);
    const alike = this.#calls >= MIN_CALLS && this.#deviationMs <= this.#meanMs * MAX_DEVIATION;
    if (!alike || gapMs < MIN_GAP_MS) return undefined;
    return { gapMs, holdMs: Math.min(MAX_HOLD_MS, Math.max(1, Math.round(this.#meanMs * HOLD))) };
  }
}
