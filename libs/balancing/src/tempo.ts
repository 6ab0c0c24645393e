/** Up to this many times its usual time an endpoint is as good as ever: replies differ, and chance does the rest. */
export const TOLERANCE = 3;

/** A longer time is believed by half at once; a shorter one slowly, so that one good call does not hide ten bad ones. */
const RISE = 0.3;
const FALL_MS = 5_000;

/** What is usual follows what is better soon, and what is worse so slowly that an endpoint cannot be slow for long enough. */
const USUAL_FALL_MS = 30_000;
const USUAL_RISE_MS = 600_000;
const LONGEST_GAP_MS = 10_000;

/**
 * How long something takes now, measured against what it usually takes here: a peak-sensitive moving average over a
 * slow baseline. Nothing in it depends on how long a whole answer is.
 */
export class Tempo {
  #recent: number | undefined;
  #usual: number | undefined;
  #at = 0;

  /** In ms; undefined before the first observation. */
  get recent(): number | undefined {
    return this.#recent;
  }

  get usual(): number | undefined {
    return this.#usual;
  }

  observe(ms: number, now: number): void {
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    if (this.#recent === undefined || this.#usual === undefined) {
      this.#recent = this.#usual = Math.max(ms, Number.MIN_VALUE);
      return;
    }
    this.#recent = next(this.#recent, this.#usual, ms, passed);
    const pace = this.#recent < this.#usual ? USUAL_FALL_MS : USUAL_RISE_MS;
    this.#usual += (this.#recent - this.#usual) * part(Math.min(passed, LONGEST_GAP_MS), pace);
  }

  /** How many times as long as tolerated it takes, at least 1; `most`: what may count as usual, `least`: what is known of now. */
  strain(most: number, least = 0): number {
    if (this.#recent === undefined || this.#usual === undefined) return 1;
    return Math.max(1, Math.max(this.#recent, least) / (TOLERANCE * Math.min(this.#usual, most)));
  }
}

/** An endpoint under suspicion is forgiven by one call that went as usual: it is how it comes back. */
function next(recent: number, usual: number, ms: number, passed: number): number {
  if (ms > recent) return recent + (ms - recent) * RISE;
  const limit = TOLERANCE * usual;
  if (recent > limit && ms <= limit) return Math.max(ms, usual);
  return recent + (ms - recent) * part(passed, FALL_MS);
}

/** Which part of the way to a new value is gone after some time. */
function part(passed: number, pace: number): number {
  return 1 - Math.exp(-passed / pace);
}
