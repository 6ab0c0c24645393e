import { type KeyRest, type ProviderPulse, type UpstreamPulse } from '#contracts';
import { type Log, type Metrics } from '#observability';
import { type BreakerRules } from './breaker.js';
import { Call } from './call.js';
import { type Key, type Rest } from './key.js';
import { type Pick, type PickRequest, type Unavailable } from './pick.js';
import { type BalancedProvider, Pool } from './pool.js';
import { PulseBoard } from './pulse-board.js';
import { pulseOf } from './pulse-of.js';
import { ENDPOINT_BREAKER, SHARED_FROM_MS } from './rules.js';
import { unavailable } from './unavailable.js';

export interface UpstreamsOptions {
  /** In ms since 1970; it must never go back. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly breaker?: BreakerRules;
}

/**
 * Chooses, right before a call, the endpoint of a provider and the key to call it with, and learns from how calls end.
 * Counts, times and breakers are this process's own; what keeps a key from being used for long is told to `onRest`, so
 * that every process hears of it.
 */
export class Upstreams {
  readonly #pools = new Map<string, Pool>();
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #breaker: BreakerRules;
  readonly #others: PulseBoard;
  /** Told of every rest that other processes must know of. */
  onRest: (rest: KeyRest) => void = () => undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly log: Log,
    { now = steadyNow, random = Math.random, breaker = ENDPOINT_BREAKER }: UpstreamsOptions = {},
  ) {
    [this.#now, this.#random, this.#breaker] = [now, random, breaker];
    this.#others = new PulseBoard(now);
  }

  get providers(): readonly string[] {
    return [...this.#pools.keys()];
  }

  /** What there is from now on; whatever is still the same keeps its memory. */
  configure(providers: readonly BalancedProvider[]): void {
    const names = new Set(providers.map(({ name }) => name));
    for (const name of this.#pools.keys()) if (!names.has(name)) this.#pools.delete(name);
    for (const provider of providers) {
      const pool = this.#pools.get(provider.name) ?? this.#newPool(provider.name);
      pool.configure(provider);
      this.#pools.set(provider.name, pool);
    }
  }

  /** What another process does with the same upstreams. */
  hear(pulse: UpstreamPulse): void {
    this.#others.hear(pulse);
  }

  /** How many calls of a provider may begin now, so that nobody takes up work that could not be done; Infinity: any number. */
  room(provider: string): number {
    return this.#pools.get(provider)?.room() ?? 0;
  }

  pick(request: PickRequest): Pick | Unavailable {
    const { provider } = request;
    const choice = this.#pools.get(provider)?.choose(request) ?? [];
    if (!('key' in choice)) return unavailable(choice);
    this.metrics.upstreamPicks.inc({ provider, endpoint: choice.endpoint.id });
    return new Call(choice, this.#now, (key, rest) => this.#rested(provider, key, rest));
  }

  /** What another process has found out, or an operator has ordered: `forMs` 0 puts the key back. */
  apply({ provider, key: id, digest, endpoint, reason, forMs }: KeyRest): void {
    const key = this.#pools.get(provider)?.keys.get(id);
    // The key has been changed since.
    if (key?.digest !== digest) return;
    if (forMs === 0) key.putBack();
    else key.rest({ endpoint, reason, forMs }, this.#now());
  }

  /** A check from outside of all calls has found that an endpoint lives, or does not. */
  checked(provider: string, endpoint: string, isAlive: boolean): void {
    this.#pools.get(provider)?.endpoints.get(endpoint)?.checked(isAlive, this.#now());
  }

  /** How everything is doing, by provider. */
  pulses(): Record<string, ProviderPulse> {
    const now = this.#now();
    return Object.fromEntries([...this.#pools].map(([name, pool]) => [name, pulseOf(pool, now)]));
  }

  #newPool(name: string): Pool {
    const [now, random, breaker, others] = [this.#now, this.#random, this.#breaker, this.#others];
    return new Pool(name, { now, random, breaker, others });
  }

  #rested(provider: string, key: Key, { endpoint, reason, forMs }: Rest): void {
    const about = { provider, key: key.id, ...(endpoint !== '' && { endpoint }), code: reason };
    this.metrics.upstreamKeyRests.inc({ provider, code: reason });
    if (forMs === null)
      this.log.error(about, 'a provider refused an API key: it is out until it is changed or put back');
    else this.log.warn({ ...about, for_ms: Math.round(forMs) }, 'an API key rests');
    if (forMs !== null && forMs <= SHARED_FROM_MS) return;
    this.onRest({ provider, key: key.id, digest: key.digest, endpoint, reason, forMs });
  }
}

/** The time of day as it was when the process started, plus the time that has passed since: nobody can set it back. */
function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
