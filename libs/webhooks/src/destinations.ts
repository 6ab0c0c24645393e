import { Breaker, type BreakerRules, type BreakerTicket } from '#balancing';
import { BoundedMap } from '#runtime';

/** A receiver that fails so often in a row is left alone, the first time for so long. */
const RULES: Omit<BreakerRules, 'mostOpenMs'> = {
  failuresInARow: 5,
  failureRate: 0.9,
  leastCalls: 50,
  windowMs: 30_000,
  successesToClose: 1,
  openMs: 5_000,
};

/** Most destinations of which it is remembered how they do. */
const MOST_REMEMBERED = 5_000;

/** A try under way. */
export interface Try {
  /** Whether the destination is alive: one that refuses what it is told is. */
  end(isAlive: boolean): void;
}

/** How many callbacks are under way to whom, and who is left alone for now. */
export class Destinations {
  readonly #underWay = new Map<string, number>();
  readonly #breakers = new BoundedMap<string, Breaker>(MOST_REMEMBERED);

  readonly #rules: BreakerRules;

  constructor(
    private readonly perDestination: number,
    mostOpenMs: number,
    private readonly random: () => number = Math.random,
  ) {
    this.#rules = { ...RULES, mostOpenMs, openMs: Math.min(RULES.openMs, mostOpenMs) };
  }

  /** Those that may have fewer new callbacks than others, and how many. */
  bounds(nowMs: number): Map<string, number> {
    const bounds = new Map<string, number>();
    for (const [origin, count] of this.#underWay)
      bounds.set(origin, Math.max(0, this.perDestination - count));
    for (const [origin, breaker] of this.#breakers.entries()) {
      if (breaker.state(nowMs) === 'closed') continue;
      bounds.set(origin, breaker.waitMs(nowMs) > 0 || this.#underWay.has(origin) ? 0 : 1);
    }
    return bounds;
  }

  begin(origin: string, nowMs: number): Try {
    this.#underWay.set(origin, (this.#underWay.get(origin) ?? 0) + 1);
    const breaker = this.#breakerOf(origin);
    const ticket = breaker.begin(nowMs);
    return { end: (isAlive) => this.#end(origin, breaker, ticket, isAlive) };
  }

  #end(origin: string, breaker: Breaker, ticket: BreakerTicket, isAlive: boolean): void {
    const left = (this.#underWay.get(origin) ?? 1) - 1;
    if (left > 0) this.#underWay.set(origin, left);
    else this.#underWay.delete(origin);
    if (isAlive) breaker.succeed(ticket, performance.now());
    else breaker.fail(ticket, performance.now());
  }

  #breakerOf(origin: string): Breaker {
    const known = this.#breakers.get(origin);
    if (known) return known;
    const breaker = new Breaker(this.#rules, this.random);
    this.#breakers.set(origin, breaker);
    return breaker;
  }
}
