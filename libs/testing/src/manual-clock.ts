/** A clock that stands still until the test moves it. */
export class ManualClock {
  #now: number;

  constructor(startsAt: number = Date.UTC(2026, 0, 1)) {
    this.#now = startsAt;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
