import { createHash } from 'node:crypto';
import { type KeySpec } from '#catalog';
import { type ErrorCode } from '#contracts';
import { KeyGate, type KeyHindrance } from './key-gate.js';
import { type Others, roomFor } from './others.js';
import { blameFor, type Outcome, restBy } from './outcome.js';
import { MOST_QUOTA_REST_MS, MOST_RATE_REST_MS, QUOTA_REST_MS } from './rules.js';

/** A place is free again as soon as a call ends; nobody knows when. */
const FULL_RETRY_MS = 250;

export interface KeyTicket {
  readonly endpoint: string;
  readonly breaker: number;
}

/** That a key must not be used. */
export interface Rest {
  /** Empty: on no endpoint. */
  readonly endpoint: string;
  readonly reason: ErrorCode;
  /** Null: until the key is changed, or an operator puts it back. */
  readonly forMs: number | null;
}

/**
 * One API key in this process, or what stands for it where a provider asks for none. A limit of the rate counts for the
 * endpoint that it came from, since endpoints may have limits of their own; quota and refusal count for all.
 */
export class Key {
  connections = 0;
  /** There is no other way: then a limit that names no time is left to whoever decides how much is called at all. */
  isOnlyWay = false;
  #out: { readonly reason: ErrorCode; readonly until: number } | undefined;
  readonly #gates = new Map<string, KeyGate>();
  readonly #digest: string;

  constructor(
    public spec: KeySpec | undefined,
    private readonly random: () => number,
  ) {
    this.#digest = keyDigest(spec?.secret ?? '');
  }

  get id(): string {
    return this.spec?.id ?? '';
  }

  get weight(): number {
    return this.spec && this.spec.weight > 0 ? this.spec.weight : 1;
  }

  /** Tells this secret from another one that has the same id. */
  get digest(): string {
    return this.#digest;
  }

  /** What keeps it from all endpoints; undefined: nothing does. */
  out(now: number): KeyHindrance | undefined {
    if (!this.#out || this.#out.until <= now) return undefined;
    const { reason, until } = this.#out;
    return { reason, retryAfterMs: until === Infinity ? null : until - now };
  }

  /** Undefined when it may be used there. */
  hindrance(endpoint: string, now: number, others: Others): KeyHindrance | undefined {
    const blocked = this.out(now) ?? this.#gates.get(endpoint)?.hindrance(now);
    if (blocked) return blocked;
    const limit = this.spec?.limits.concurrency;
    if (limit === undefined || roomFor(this.connections, limit, others) > 0) return undefined;
    return { reason: 'provider_rate_limited', retryAfterMs: FULL_RETRY_MS };
  }

  /** How many calls may begin there where one may. */
  room(endpoint: string, now: number, others: Others): number {
    if (this.#gate(endpoint).breaker.state(now) !== 'closed') return 1;
    const limit = this.spec?.limits.concurrency;
    return limit === undefined ? Infinity : roomFor(this.connections, limit, others);
  }

  begin(endpoint: string, now: number): KeyTicket {
    this.connections += 1;
    return { endpoint, breaker: this.#gate(endpoint).breaker.begin(now) };
  }

  /** Answers with the rest that begins, which others may have to know of; calls that were under way together begin one. */
  end({ endpoint, breaker }: KeyTicket, outcome: Outcome, now: number): Rest | undefined {
    this.connections -= 1;
    const gate = this.#gate(endpoint);
    if (outcome.result === 'ok') gate.breaker.succeed(breaker, now);
    const rest = this.#restAfter(endpoint, outcome);
    const isNew = rest !== undefined && this.rest(rest, now);
    const isRate = !rest && blameFor(outcome.result) === 'rate';
    if (isRate && !this.isOnlyWay) gate.breaker.fail(breaker, now);
    gate.breaker.release(breaker);
    return isNew ? rest : undefined;
  }

  /** Whether it did not rest before, or not for good. */
  rest({ endpoint, reason, forMs }: Rest, now: number): boolean {
    const until = forMs === null ? Infinity : now + forMs;
    if (endpoint !== '') return this.#gate(endpoint).rest(reason, until, now);
    const before = this.#out?.until ?? 0;
    if (before < until) this.#out = { reason, until };
    return before <= now || (before < until && until === Infinity);
  }

  /** Everything that keeps it from being used is forgotten. */
  putBack(): void {
    this.#out = undefined;
    this.#gates.clear();
  }

  /** Of endpoints that are there no more nothing need be known. */
  keepOnly(endpoints: ReadonlyMap<string, unknown>): void {
    for (const id of this.#gates.keys()) if (!endpoints.has(id)) this.#gates.delete(id);
  }

  #restAfter(endpoint: string, { result, retryAfterMs, limits }: Outcome): Rest | undefined {
    const reason = result as ErrorCode;
    switch (blameFor(result)) {
      case 'key':
        if (this.spec) return { endpoint: '', reason, forMs: null };
        // There is no key that could be changed.
        return { endpoint, reason, forMs: QUOTA_REST_MS };
      case 'quota':
        return { endpoint: '', reason, forMs: Math.min(retryAfterMs ?? QUOTA_REST_MS, MOST_QUOTA_REST_MS) };
      case 'rate':
        if (retryAfterMs === undefined) return undefined;
        return { endpoint, reason, forMs: Math.min(retryAfterMs, MOST_RATE_REST_MS) };
      case 'endpoint':
      case 'nobody': {
        const restMs = limits && restBy(limits);
        if (restMs === undefined) return undefined;
        return { endpoint, reason: 'provider_rate_limited', forMs: Math.min(restMs, MOST_RATE_REST_MS) };
      }
    }
  }

  #gate(endpoint: string): KeyGate {
    const known = this.#gates.get(endpoint);
    if (known) return known;
    const gate = new KeyGate(this.random);
    this.#gates.set(endpoint, gate);
    return gate;
  }
}

/** Tells secrets apart and says nothing of them. */
export function keyDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url').slice(0, 16);
}
