import { type Clock } from '#runtime';
import { Concurrency, type Full, type Lease, type NamedLimit } from './concurrency.js';

/** Places of one process. */
export class MemoryConcurrency extends Concurrency {
  /** By name: token → end of its lease. */
  readonly #names = new Map<string, Map<string, number>>();
  #made = 0;

  constructor(
    private readonly leaseMs: number,
    private readonly clock: Clock,
    private readonly processId: string,
  ) {
    super();
  }

  acquire(limits: readonly NamedLimit[]): Promise<Lease | Full> {
    const full = limits.find(({ name, limit }) => this.#alive(name).size >= limit);
    if (full) return Promise.resolve({ granted: false, which: full.name });
    const token = `${this.processId}:${(this.#made += 1)}`;
    const names = limits.map(({ name }) => name);
    this.#put(token, names);
    return Promise.resolve({ granted: true, token, names });
  }

  renew(leases: readonly Lease[]): Promise<void> {
    for (const { token, names } of leases) this.#put(token, names);
    return Promise.resolve();
  }

  release({ token, names }: Lease): Promise<void> {
    for (const name of names) this.#drop(name, token);
    return Promise.resolve();
  }

  sweep(processId: string): Promise<number> {
    const swept = new Set<string>();
    for (const [name, tokens] of this.#names)
      for (const token of [...tokens.keys()].filter((one) => one.startsWith(`${processId}:`))) {
        this.#drop(name, token);
        swept.add(token);
      }
    return Promise.resolve(swept.size);
  }

  held(name: string): Promise<number> {
    return Promise.resolve(this.#alive(name).size);
  }

  #put(token: string, names: readonly string[]): void {
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
