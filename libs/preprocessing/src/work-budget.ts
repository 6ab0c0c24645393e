/** So much slow work may be done at once, and so much of it for each second that passes. */
const BURST_MS = 500;
const REFILL_MS_PER_SECOND = 50;

/** Work that takes less than this is free: it is what patterns take that are not made to be slow. */
const FREE_MS = 2;

/** Lets slow work take a twentieth of a process's time at most, and forgives single slow moments. */
export class WorkBudget {
  #leftMs = BURST_MS;
  #asOfMs: number;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.#asOfMs = now();
  }

  get exhausted(): boolean {
    this.#refill();
    return this.#leftMs <= 0;
  }

  /** Does the work, and takes what it took off the budget. */
  run<T>(work: () => T): T {
    const startedAt = this.now();
    try {
      return work();
    } finally {
      this.#refill();
      this.#leftMs -= Math.max(0, this.now() - startedAt - FREE_MS);
    }
  }

  #refill(): void {
    const now = this.now();
    this.#leftMs = Math.min(BURST_MS, this.#leftMs + ((now - this.#asOfMs) / 1_000) * REFILL_MS_PER_SECOND);
    this.#asOfMs = now;
  }
}
