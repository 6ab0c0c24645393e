import { type EndpointHealth } from '#contracts';
import { Breaker, type BreakerRules, type BreakerTicket } from './breaker.js';
import { type Others, roomFor } from './others.js';
import { EndpointLoad, type LoadTicket } from './endpoint-load.js';
import { blameFor, type Outcome } from './outcome.js';
import { type Candidate } from './strategy.js';
import { type UpstreamEndpoint } from './upstream-endpoint.js';

/** From this part of calls that fail on, an endpoint is degraded. */
const DEGRADED_ERRORS = 0.1;

/** A place is free again as soon as a call ends; nobody knows when. */
const FULL_RETRY_MS = 250;

/** Why an endpoint is not used, and for how long; null: until somebody changes it. */
export interface Hindrance {
  readonly reason: 'disabled' | 'unhealthy' | 'breaker_open' | 'resting' | 'full';
  readonly retryAfterMs: number | null;
}

export interface EndpointTicket {
  readonly breaker: BreakerTicket;
  readonly load: LoadTicket;
}

/** One endpoint in this process: its calls, its breaker, and how it does. */
export class Endpoint implements Candidate {
  readonly load = new EndpointLoad();
  readonly breaker: Breaker;
  connections = 0;
  /** When it was last heard of, by a call or a check, in ms. */
  seenAt: number | undefined;
  /** It has asked to be left alone for so long. */
  #restUntil = 0;

  constructor(
    public spec: UpstreamEndpoint,
    private readonly rules: BreakerRules,
    random: () => number,
  ) {
    this.breaker = new Breaker(rules, random);
  }

  get id(): string {
    return this.spec.id;
  }

  get weight(): number {
    return this.spec.weight;
  }

  get priority(): number {
    return this.spec.priority;
  }

  /** Undefined when a call may begin. */
  hindrance(now: number, others: Others): Hindrance | undefined {
    const { enabled, declared, maxConnections, weight } = this.spec;
    if (enabled === false || weight <= 0) return { reason: 'disabled', retryAfterMs: null };
    if (declared === 'unhealthy') return { reason: 'unhealthy', retryAfterMs: null };
    const waitMs = this.breaker.waitMs(now);
    if (waitMs > 0) return { reason: 'breaker_open', retryAfterMs: waitMs };
    if (this.#restUntil > now) return { reason: 'resting', retryAfterMs: this.#restUntil - now };
    const hasRoom = maxConnections <= 0 || roomFor(this.connections, maxConnections, others) > 0;
    return hasRoom ? undefined : { reason: 'full', retryAfterMs: FULL_RETRY_MS };
  }

  /** How many calls may begin where one may. */
  room(now: number, others: Others): number {
    if (this.breaker.state(now) !== 'closed') return 1;
    const { maxConnections } = this.spec;
    return maxConnections <= 0 ? Infinity : roomFor(this.connections, maxConnections, others);
  }

  begin(now: number): EndpointTicket {
    this.connections += 1;
    return { breaker: this.breaker.begin(now), load: this.load.begin(now) };
  }

  end(ticket: EndpointTicket, outcome: Outcome, now: number): void {
    const { result, retryAfterMs = 0 } = outcome;
    this.connections -= 1;
    if (result === 'ok') {
      this.seenAt = now;
      this.breaker.succeed(ticket.breaker, now);
      this.load.succeed(ticket.load, now, outcome);
    } else if (blameFor(result) === 'endpoint') {
      this.seenAt = now;
      this.breaker.fail(ticket.breaker, now);
      this.load.fail(ticket.load, now);
      // Of other failures Retry-After says when the same work may come again, not that no other work may.
      if (result === 'provider_overloaded') this.#rest(now + Math.min(retryAfterMs, this.rules.mostOpenMs));
    } else {
      this.breaker.release(ticket.breaker);
      this.load.leave(ticket.load);
    }
  }

  #rest(until: number): void {
    this.#restUntil = Math.max(this.#restUntil, until);
  }

  /** What lives and was thought dead is tried at once. */
  checked(isAlive: boolean, now: number): void {
    this.seenAt = now;
    if (isAlive) this.breaker.halfOpen();
    else if (this.breaker.state(now) === 'closed') this.breaker.fail(this.breaker.begin(now), now);
  }

  health(now: number): EndpointHealth {
    const state = this.breaker.state(now);
    const { declared } = this.spec;
    if (state === 'open' || declared === 'unhealthy') return 'unhealthy';
    const isSlow = this.load.firstToken.strain(Infinity) > 1 || this.load.interToken.strain(Infinity) > 1;
    const isBad = isSlow || this.load.errorRate(now) >= DEGRADED_ERRORS;
    return state === 'half-open' || isBad || declared === 'degraded' ? 'degraded' : 'healthy';
  }
}
