const FIRST_MS = 500;
const MOST_MS = 60_000;
/** A provider may ask for more than we are willing to believe. */
const MOST_ASKED_MS = 15 * 60_000;

/**
 * How long an upstream that turned a call away is left alone: as long as it asks for, else twice as long as the last time,
 * with jitter so that processes do not come back together. A call that goes through forgives everything.
 */
export class CoolDown {
  #times = 0;
  #untilMs = 0;

  constructor(private readonly random: () => number = Math.random) {}

  turnedAway(askedMs: number | undefined, nowMs = Date.now()): number {
    if (askedMs !== undefined) return Math.min(MOST_ASKED_MS, askedMs);
    // Calls that were under way together and are turned away one after the other are one no.
    if (nowMs < this.#untilMs) return this.#untilMs - nowMs;
    const most = Math.min(MOST_MS, FIRST_MS * 2 ** this.#times);
    this.#times = Math.min(this.#times + 1, 20);
    const ms = Math.round(most * (0.5 + 0.5 * this.random()));
    this.#untilMs = nowMs + ms;
    return ms;
  }

  wentThrough(): void {
    this.#times = 0;
  }
}
