import { type BalancingSpec, type KeySpec } from '#catalog';
import { Affinity } from './affinity.js';
import { type BreakerRules } from './breaker.js';
import { Endpoint } from './endpoint.js';
import { Key } from './key.js';
import { type PickReason, type PickRequest } from './pick.js';
import { type PulseBoard } from './pulse-board.js';
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

/** An endpoint and a key that go together. */
export interface Choice {
  readonly endpoint: Endpoint;
  readonly key: Key;
}

/** Backups are asked only when no primary can be called. */
const GROUPS = ['primary', 'backup'] as const;

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
    for (const key of this.#keys.values()) key.keepOnly(this.#endpoints);
    this.#balanceBy(balancing);
    this.#affinity.keepOnly(this.#endpoints);
  }

  /** A choice, or everything that stands against each one. */
  choose(request: PickRequest): Choice | readonly PickReason[] {
    const now = this.tools.now();
    const reasons: PickReason[] = [];
    for (const group of GROUPS) {
      const ready = new Map<Endpoint, Key[]>();
      for (const endpoint of this.#endpoints.values()) {
        if (endpoint.spec.group !== group) continue;
        const keys = this.#keysFor(endpoint, request, now, reasons);
        if (keys.length > 0) ready.set(endpoint, keys);
      }
      if (ready.size === 0) continue;
      const endpoint = this.#endpointAmong([...ready.keys()], request, now);
      return { endpoint, key: this.#keyTurns.next(ready.get(endpoint)!) };
    }
    return reasons;
  }

  /** The keys with which an endpoint can be called now; none: the reasons say why. */
  #keysFor(endpoint: Endpoint, { exclude }: PickRequest, now: number, reasons: PickReason[]): Key[] {
    const { id } = endpoint;
    const { others } = this.tools;
    const isExcluded = exclude?.endpoints?.includes(id) === true;
    const hindrance = isExcluded ? EXCLUDED : endpoint.hindrance(now, others.onEndpoint(this.name, id));
    if (hindrance) reasons.push({ endpoint: id, ...hindrance });
    if (hindrance) return [];
    const [free, blocked]: [Key[], PickReason[]] = [[], []];
    for (const key of this.#keys.values()) {
      const isOut = exclude?.keys?.includes(key.id) === true;
      const why = isOut ? EXCLUDED : key.hindrance(id, now, others.withKey(this.name, key.id));
      if (why) blocked.push({ endpoint: id, ...(key.spec && { key: key.id }), ...why });
      else free.push(key);
    }
    if (free.length === 0) reasons.push(...blocked);
    return free;
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

/** Nothing stands against it but the caller. */
const EXCLUDED = { reason: 'excluded', retryAfterMs: 0 } as const;
