/** A limit may be raised meanwhile: nobody stays away for longer. */
const MOST_MS = 300_000;

/**
 * When those come back that a rate has refused: one after the other, as far apart as the rate lets them in, instead of all
 * at once when the first place is free.
 */
export class Turns {
  /** By name: when the last one comes back. */
  readonly #last = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** In so many ms; `gapMs`: between two that the rate lets in. */
  next(name: string, retryAfterMs: number, gapMs: number): number {
    const now = this.now();
    const at = Math.max(now + retryAfterMs, (this.#last.get(name) ?? 0) + gapMs);
    const within = Math.min(at, now + MOST_MS);
    this.#last.set(name, within);
    return within - now;
  }
}
