interface Seen {
  readonly beats: number;
  readonly sinceMs: number;
}

/**
 * Tells which processes have gone silent, by what one observer sees and by its own clock. It only trusts a silence that it
 * has watched without a gap: after a gap (it was stopped, or the ledger was away) everybody starts anew.
 */
export class Silence {
  #seen: ReadonlyMap<string, Seen> = new Map();
  #lastMs = -Infinity;

  constructor(
    private readonly patienceMs: number,
    /** Between two observations there may be no more than this. */
    private readonly gapMs: number,
  ) {}

  /** The processes that have given no sign of life for longer than the patience. */
  observe(beats: ReadonlyMap<string, number>, nowMs: number): string[] {
    const known = nowMs - this.#lastMs > this.gapMs ? new Map<string, Seen>() : this.#seen;
    this.#lastMs = nowMs;
    this.#seen = new Map([...beats].map(([id, count]) => [id, seenNow(known.get(id), count, nowMs)]));
    return [...this.#seen].filter(([, { sinceMs }]) => nowMs - sinceMs >= this.patienceMs).map(([id]) => id);
  }
}

function seenNow(before: Seen | undefined, beats: number, nowMs: number): Seen {
  return before?.beats === beats ? before : { beats, sinceMs: nowMs };
}
