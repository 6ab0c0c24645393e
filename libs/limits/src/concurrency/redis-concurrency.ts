import { type RedisConnections } from '#redis';
import { type LiveProcesses } from '../away/live-processes.js';
import { type Reach } from '../away/reach.js';
import { ACQUIRE, NEXT, RELEASE, RENEW, SWEEP } from './concurrency.lua.js';
import {
  Concurrency,
  type Full,
  type Lease,
  LINE_TTL_MS,
  type NamedLimit,
  type Waiter,
} from './concurrency.js';

/** After an outage Redis may be empty: until every process has put its leases back, each keeps to its part as well. */
const GRACE_MS = 1_500;

const NOBODY: Waiter = { id: '', rank: 0 };

/**
 * Places in Redis. While it is away each process has its part of every limit for what it begins; what ran before runs on,
 * so that more than the limit may run as long as others held more than their parts.
 */
export class RedisConcurrency extends Concurrency {
  /** What this process holds. */
  readonly #leases = new Map<string, Lease>();
  readonly #held = new Map<string, number>();
  #made = 0;
  #quietUntil = 0;

  constructor(
    private readonly connections: RedisConnections,
    private readonly reach: Reach,
    private readonly live: LiveProcesses,
    private readonly leaseMs: number,
    private readonly processId: string,
  ) {
    super();
    reach.onRenewed(() => this.#putBack());
  }

  async acquire(limits: readonly NamedLimit[], waiter?: Waiter): Promise<Lease | Full> {
    const names = limits.map(({ name }) => name);
    const lease: Lease = { granted: true, token: `${this.processId}:${(this.#made += 1)}`, names };
    const { epoch } = this.reach;
    const full = await this.#ask(lease, limits, waiter);
    if (full !== undefined && full > 0) return { granted: false, which: names[full - 1]! };
    const isKnown = full === 0 && this.reach.epoch === epoch && performance.now() >= this.#quietUntil;
    const which = isKnown ? undefined : this.#beyondPart(limits);
    if (which === undefined) return this.#note(lease);
    await this.release(lease);
    return { granted: false, which };
  }

  /** Nobody while Redis is away: who waits comes back by himself. */
  async next(limits: readonly NamedLimit[]): Promise<string[]> {
    const args = [this.#prefix, ...limits.flatMap(({ name, limit }) => [name, limit])];
    const ids = await this.reach.ask(() =>
      NEXT.run(this.connections.prompt, [this.#holds(this.processId)], args),
    );
    return ids ?? [];
  }

  async renew(): Promise<void> {
    const leases = [...this.#leases.values()];
    if (leases.length === 0) return;
    const lines = leases.flatMap(({ token, names }) => [token, JSON.stringify(names)]);
    // A lease that is released right behind this must not come back.
    await this.reach.ask(() =>
      RENEW.runInOrder(
        this.connections.prompt,
        [this.#holds(this.processId)],
        [this.#prefix, this.leaseMs, ...lines],
      ),
    );
  }

  async release(lease: Lease): Promise<void> {
    if (this.#leases.delete(lease.token)) for (const name of lease.names) this.#count(name, -1);
    const args = [this.#prefix, lease.token, JSON.stringify(lease.names)];
    await this.reach.ask(() => RELEASE.run(this.connections.prompt, [this.#holds(this.processId)], args));
  }

  sweep(processId: string): Promise<number> {
    return SWEEP.run(this.connections.prompt, [this.#holds(processId)], [this.#prefix]);
  }

  held(name: string): Promise<number> {
    return this.connections.prompt.zcard(this.#prefix + name);
  }

  /** 0, or the number of the name that is full; undefined when Redis does not answer. */
  #ask(
    { token, names }: Lease,
    limits: readonly NamedLimit[],
    { id, rank }: Waiter = NOBODY,
  ): Promise<number | undefined> {
    const args = [
      this.#prefix,
      this.leaseMs,
      token,
      JSON.stringify(names),
      id,
      rank,
      LINE_TTL_MS,
      ...limits.map(({ limit }) => limit),
    ];
    return this.reach.ask(() => ACQUIRE.run(this.connections.prompt, [this.#holds(this.processId)], args));
  }

  /** The first name under which this process holds its part already. */
  #beyondPart(limits: readonly NamedLimit[]): string | undefined {
    const processes = this.live.count('worker');
    const heldOf = (name: string) => this.#held.get(name) ?? 0;
    return limits.find(({ name, limit }) => heldOf(name) >= Math.floor(limit / processes))?.name;
  }

  #note(lease: Lease): Lease {
    this.#leases.set(lease.token, lease);
    for (const name of lease.names) this.#count(name, 1);
    return lease;
  }

  #count(name: string, change: number): void {
    const count = (this.#held.get(name) ?? 0) + change;
    if (count > 0) this.#held.set(name, count);
    else this.#held.delete(name);
  }

  #putBack(): void {
    this.#quietUntil = performance.now() + GRACE_MS;
    void this.renew();
  }

  get #prefix(): string {
    return `${this.connections.prefix}:held:`;
  }

  #holds(processId: string): string {
    return `${this.connections.prefix}:holds:${processId}`;
  }
}
