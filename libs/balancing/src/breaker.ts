/** When a breaker opens, for how long, and what closes it again. */
export interface BreakerRules {
  /** So many failures one after the other open it. */
  readonly failuresInARow: number;
  /** So great a part of the calls of one window opens it, too, once there were enough of them. */
  readonly failureRate: number;
  readonly leastCalls: number;
  readonly windowMs: number;
  /** So many probes must go well, one after the other. */
  readonly successesToClose: number;
  /** The first time that it stays open; each time that a probe fails twice as long, up to the most. */
  readonly openMs: number;
  readonly mostOpenMs: number;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

/** What `begin` gives and the end of the call gives back. */
export type BreakerTicket = number;

/** A probe whose end nobody has told after this time is lost, and another one may begin. */
const PROBE_LOST_MS = 300_000;

/** How a probe ends nobody knows before; it is worth asking again after this time. */
const PROBE_RETRY_MS = 250;

/**
 * Keeps calls away from what fails. Closed, it counts; open, it lets nothing through until its time is over; half-open,
 * it lets one probe through at a time. Each change of state begins a new generation, and what a call of an older one
 * ends with is not listened to: of many calls that fail together only the first ones count.
 */
export class Breaker {
  #state: BreakerState = 'closed';
  #generation: BreakerTicket = 0;
  #openUntil = 0;
  #closedAt = -Infinity;
  /** How often it has opened without being closed for long. */
  #opened = 0;
  /** Failures while it is closed, good probes while it is half-open. */
  #inARow = 0;
  #window = { since: 0, calls: 0, failures: 0 };
  #probeSince: number | undefined;

  constructor(
    private readonly rules: BreakerRules,
    private readonly random: () => number,
  ) {}

  state(now: number): BreakerState {
    if (this.#state === 'open' && now >= this.#openUntil) this.#enter('half-open');
    return this.#state;
  }

  /** How long until a call may begin; 0: now. */
  waitMs(now: number): number {
    const state = this.state(now);
    if (state === 'open') return this.#openUntil - now;
    if (state === 'closed' || this.#probeSince === undefined) return 0;
    return Math.max(0, Math.min(PROBE_RETRY_MS, this.#probeSince + PROBE_LOST_MS - now));
  }

  begin(now: number): BreakerTicket {
    if (this.state(now) === 'half-open') this.#probeSince = now;
    return this.#generation;
  }

  succeed(ticket: BreakerTicket, now: number): void {
    if (ticket !== this.#generation) return;
    this.#probeSince = undefined;
    this.#count(now, 0);
    this.#inARow = this.#state === 'half-open' ? this.#inARow + 1 : 0;
    if (this.#state !== 'half-open' || this.#inARow < this.rules.successesToClose) return;
    this.#closedAt = now;
    this.#enter('closed');
  }

  fail(ticket: BreakerTicket, now: number): void {
    if (ticket !== this.#generation) return;
    this.#count(now, 1);
    this.#inARow += 1;
    const { failuresInARow, failureRate, leastCalls } = this.rules;
    const { calls, failures } = this.#window;
    const isBad = calls >= leastCalls && failures / calls >= failureRate;
    if (this.#state === 'half-open' || this.#inARow >= failuresInARow || isBad) this.#open(now);
  }

  /** The call ended in a way that says nothing. */
  release(ticket: BreakerTicket): void {
    if (ticket === this.#generation) this.#probeSince = undefined;
  }

  /** Lets a probe through at once: something else has seen that it lives. */
  halfOpen(): void {
    if (this.#state === 'open') this.#enter('half-open');
  }

  #open(now: number): void {
    const { openMs, mostOpenMs } = this.rules;
    if (now - this.#closedAt > mostOpenMs && this.#state === 'closed') this.#opened = 0;
    const ms = Math.min(mostOpenMs, openMs * 2 ** this.#opened);
    this.#opened = Math.min(this.#opened + 1, 30);
    // Processes that saw the same must not come back together.
    this.#openUntil = now + ms * (0.75 + 0.25 * this.random());
    this.#enter('open');
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#generation += 1;
    this.#inARow = 0;
    this.#probeSince = undefined;
    this.#window = { since: 0, calls: 0, failures: 0 };
  }

  #count(now: number, failures: 0 | 1): void {
    if (now - this.#window.since >= this.rules.windowMs) this.#window = { since: now, calls: 0, failures: 0 };
    this.#window.calls += 1;
    this.#window.failures += failures;
  }
}
