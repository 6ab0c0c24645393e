/** Weight of the newest attempt in the mean. */
const WEIGHT = 0.1;

/** The mean time of an attempt, newer ones counting more (EWMA). */
export class PulseMeter {
  #meanMs: number | null = null;

  record(ms: number): void {
    this.#meanMs = this.#meanMs === null ? ms : this.#meanMs + WEIGHT * (ms - this.#meanMs);
  }

  get meanMs(): number | null {
    return this.#meanMs;
  }
}
