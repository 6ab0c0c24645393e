import { type BalancingSpec, type KeySpec } from '#catalog';
import { Affinity } from './affinity.js';
import { type BreakerRules } from './breaker.js';
import { Endpoint } from './endpoint.js';
import { Key } from './key.js';
import { type PickReason, type PickRequest } from './pick.js';
import { type PulseBoard } from './pulse-board.js';
import { type Members, readyNow, roomIn } from './ready.js';
import { createStrategy, type StrategyName } from './strategies/create-strategy.js';
import { type Strategy, type StrategyTools } from './strategy.js';
import { Turns } from './turns.js';
import { type UpstreamEndpoint } from './upstream-endpoint.js';

/** What the balancing of a provider is made from; a `ProviderSpec` is one. */
export interface BalancedProvider {
  readonly name: string;
  readonly endpoints: readonly UpstreamEndpoint[];
  readonly keys: readonly KeySpec[];
  readonly balancing: BalancingSpec;
}

export interface PoolTools extends StrategyTools {
  readonly breaker: BreakerRules;
  /** What the other processes tell of their upstreams. */
  readonly others: PulseBoard;
}

/** What only somebody can change is looked at again after this time. */
const MOST_CLOSED_MS = 60_000;

/** An endpoint and a key that go together. */
export interface Choice {
  readonly endpoint: Endpoint;
  readonly key: Key;
}

/** The endpoints and keys of one provider, and how one of each is chosen. */
export class Pool {
  #endpoints: ReadonlyMap<string, Endpoint> = new Map();
  #keys: ReadonlyMap<string, Key> = new Map();
  #balancing: BalancingSpec | undefined;
  #strategy!: Strategy;
  #affinity!: Affinity;
  readonly #keyTurns = new Turns();

  constructor(
    readonly name: string,
    private readonly tools: PoolTools,
  ) {}

  get endpoints(): ReadonlyMap<string, Endpoint> {
    return this.#endpoints;
  }

  get keys(): ReadonlyMap<string, Key> {
    return this.#keys;
  }

  get strategy(): StrategyName {
    return this.#balancing!.strategy;
  }

  get sessions(): number {
    return this.#affinity.size(this.tools.now());
  }

  /** What is still the same keeps its memory: calls under way, breakers, times. */
  configure({ endpoints, keys, balancing }: BalancedProvider): void {
    this.#endpoints = new Map(endpoints.map((spec) => [spec.id, this.#endpointFor(spec)]));
    const specs = keys.length > 0 ? keys : [undefined];
    this.#keys = new Map(specs.map((spec) => [spec?.id ?? '', this.#keyFor(spec)]));
    for (const key of this.#keys.values()) {
      key.keepOnly(this.#endpoints);
      key.isOnlyWay = this.#keys.size === 1 && this.#endpoints.size === 1;
    }
    this.#balanceBy(balancing);
    this.#affinity.keepOnly(this.#endpoints);
  }

  /** A choice, or everything that stands against each one. */
  choose(request: PickRequest): Choice | readonly PickReason[] {
    const now = this.tools.now();
    const reasons: PickReason[] = [];
    const ready = readyNow(this.#members, request.exclude, now, reasons);
    if (ready.size === 0) return reasons;
    const endpoint = this.#endpointAmong([...ready.keys()], request, now);
    return { endpoint, key: this.#keyTurns.next(ready.get(endpoint)!) };
  }

  /** How many calls may begin now. */
  room(): number {
    const now = this.tools.now();
    return roomIn(readyNow(this.#members, undefined, now, []), this.#members, now);
  }

  /** For how long nothing can be called, whoever asks; 0: something can, or has only no room at the moment. */
  closedMs(): number {
    const reasons: PickReason[] = [];
    const ready = readyNow(this.#members, undefined, this.tools.now(), reasons);
    if (ready.size > 0 || reasons.some(({ reason }) => reason === 'full')) return 0;
    const waits = reasons.map(({ retryAfterMs }) => retryAfterMs ?? MOST_CLOSED_MS);
    return Math.min(MOST_CLOSED_MS, ...waits);
  }

  get #members(): Members {
    return { name: this.name, endpoints: this.#endpoints, keys: this.#keys, others: this.tools.others };
  }

  #endpointAmong(ready: readonly Endpoint[], request: PickRequest, now: number): Endpoint {
    const had = this.#affinity.find(request, now);
    const endpoint = ready.find(({ id }) => id === had) ?? this.#strategy.pick(ready, request);
    this.#affinity.remember(request, endpoint.id, now);
    return endpoint;
  }

  #balanceBy(balancing: BalancingSpec): void {
    const before = this.#balancing;
    this.#balancing = balancing;
    const { strategy, affinity, affinityTimeoutMs } = balancing;
    if (before?.strategy !== strategy) this.#strategy = createStrategy(strategy, this.tools);
    if (before?.affinity !== affinity || before.affinityTimeoutMs !== affinityTimeoutMs)
      this.#affinity = new Affinity(affinity, affinityTimeoutMs);
  }

  #endpointFor(spec: UpstreamEndpoint): Endpoint {
    const known = this.#endpoints.get(spec.id);
    if (known?.spec.url !== spec.url || known.spec.guarded !== spec.guarded)
      return new Endpoint(spec, this.tools.breaker, this.tools.random);
    known.spec = spec;
    return known;
  }

  #keyFor(spec: KeySpec | undefined): Key {
    const known = this.#keys.get(spec?.id ?? '');
    if (!known || known.spec?.secret !== spec?.secret) return new Key(spec, this.tools.random);
    known.spec = spec;
    return known;
  }
}
