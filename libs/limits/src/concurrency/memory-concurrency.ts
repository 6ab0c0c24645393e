import { type Clock } from '#runtime';
import {
  Concurrency,
  type Full,
  type Lease,
  LINE_TTL_MS,
  type NamedLimit,
  type Waiter,
} from './concurrency.js';

/** Who waits → his rank, and until when he is remembered. */
type Line = Map<string, { readonly rank: number; readonly until: number }>;

/** Places of one process. */
export class MemoryConcurrency extends Concurrency {
  /** By name: token → end of its lease. */
  readonly #names = new Map<string, Map<string, number>>();
  /** By token. */
  readonly #leases = new Map<string, Lease>();
  /** By name. */
  readonly #lines = new Map<string, Line>();
  #made = 0;

  constructor(
    private readonly leaseMs: number,
    private readonly clock: Clock,
    private readonly processId: string,
  ) {
    super();
  }

  acquire(limits: readonly NamedLimit[], waiter?: Waiter): Promise<Lease | Full> {
    const full = limits.find(({ name, limit }) => this.#alive(name).size >= limit);
    if (full) {
      if (waiter) this.#stand(full.name, waiter);
      return Promise.resolve({ granted: false, which: full.name });
    }
    const token = `${this.processId}:${(this.#made += 1)}`;
    const lease: Lease = { granted: true, token, names: limits.map(({ name }) => name) };
    this.#put(lease);
    return Promise.resolve(lease);
  }

  next(limits: readonly NamedLimit[]): Promise<string[]> {
    return Promise.resolve(
      limits.flatMap(({ name, limit }) => this.#call(name, limit - this.#alive(name).size)),
    );
  }

  renew(): Promise<void> {
    for (const lease of this.#leases.values()) this.#put(lease);
    return Promise.resolve();
  }

  release({ token, names }: Lease): Promise<void> {
    this.#leases.delete(token);
    for (const name of names) this.#drop(name, token);
    return Promise.resolve();
  }

  sweep(processId: string): Promise<number> {
    const swept = new Set<string>();
    for (const [name, tokens] of this.#names)
      for (const token of [...tokens.keys()].filter((one) => one.startsWith(`${processId}:`))) {
        this.#drop(name, token);
        this.#leases.delete(token);
        swept.add(token);
      }
    return Promise.resolve(swept.size);
  }

  held(name: string): Promise<number> {
    return Promise.resolve(this.#alive(name).size);
  }

  /** Takes so many out of a line, the first ones first. */
  #call(name: string, places: number): string[] {
    const line = this.#lines.get(name);
    const ids: string[] = [];
    if (!line) return ids;
    while (ids.length < places && line.size > 0) {
      const id = this.#first(line);
      if (id === undefined) break;
      line.delete(id);
      ids.push(id);
    }
    if (line.size === 0) this.#lines.delete(name);
    return ids;
  }

  /** Of the smallest rank; whoever has waited for too long is forgotten on the way. */
  #first(line: Line): string | undefined {
    let first: string | undefined;
    for (const [id, { rank, until }] of line) {
      if (until <= this.clock.now()) line.delete(id);
      else if (first === undefined || rank < line.get(first)!.rank) first = id;
    }
    return first;
  }

  #stand(name: string, { id, rank }: Waiter): void {
    const line: Line = this.#lines.get(name) ?? new Map();
    this.#lines.set(name, line.set(id, { rank, until: this.clock.now() + LINE_TTL_MS }));
  }

  #put(lease: Lease): void {
    const { token, names } = lease;
    this.#leases.set(token, lease);
    for (const name of names) {
      const tokens = this.#names.get(name) ?? new Map<string, number>();
      tokens.set(token, this.clock.now() + this.leaseMs);
      this.#names.set(name, tokens);
    }
  }

  #alive(name: string): ReadonlyMap<string, number> {
    for (const [token, until] of this.#names.get(name) ?? [])
      if (until <= this.clock.now()) this.#drop(name, token);
    return this.#names.get(name) ?? new Map();
  }

  #drop(name: string, token: string): void {
    const tokens = this.#names.get(name);
    tokens?.delete(token);
    if (tokens?.size === 0) this.#names.delete(name);
  }
}
