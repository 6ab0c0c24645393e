import { type LanePulse, type Priority } from '#contracts';

/** Counts what runs in one lane of this process; the counters only rise. */
export class LaneMeter {
  running = 0;
  readonly #started: Record<Priority, number> = { realtime: 0, high: 0, normal: 0, low: 0 };
  #ended = 0;
  #busyMs = 0;
  #drops = 0;
  #pausedUntilMs = 0;

  start(priority: Priority): void {
    this.running += 1;
    this.#started[priority] += 1;
  }

  /** The slot was held for so long. */
  end(heldMs: number): void {
    this.running -= 1;
    this.#ended += 1;
    this.#busyMs += heldMs;
  }

  /** The upstream has turned a call away. */
  drop(): void {
    this.#drops += 1;
  }

  pauseUntil(epochMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, epochMs);
  }

  pulse(limit: number): LanePulse {
    return {
      running: this.running,
      limit,
      started: { ...this.#started },
      ended: this.#ended,
      busyMs: Math.round(this.#busyMs),
      drops: this.#drops,
      pausedUntilMs: this.#pausedUntilMs,
    };
  }
}
