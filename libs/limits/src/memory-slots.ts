import { type Clock } from '#runtime';
import { Slots } from './slots.js';

/** Slots of one process. */
export class MemorySlots extends Slots {
  readonly #leases = new Map<string, Map<string, number>>();
  readonly #limits = new Map<string, number>();

  constructor(
    private readonly leaseMs: number,
    private readonly clock: Clock,
  ) {
    super();
  }

  acquire(upstream: string, limit: number, tokens: readonly string[]): Promise<string[]> {
    const leases = this.#alive(upstream);
    this.#limits.set(upstream, limit);
    const granted = tokens.slice(0, Math.max(0, limit - leases.size));
    for (const token of granted) leases.set(token, this.clock.now() + this.leaseMs);
    return Promise.resolve(granted);
  }

  renew(upstream: string, tokens: readonly string[]): Promise<void> {
    const leases = this.#alive(upstream);
    for (const token of tokens) leases.set(token, this.clock.now() + this.leaseMs);
    return Promise.resolve();
  }

  release(upstream: string, tokens: readonly string[]): Promise<boolean> {
    const leases = this.#alive(upstream);
    const wasFull = leases.size >= (this.#limits.get(upstream) ?? Infinity);
    for (const token of tokens) leases.delete(token);
    return Promise.resolve(wasFull);
  }

  #alive(upstream: string): Map<string, number> {
    const leases = this.#leases.get(upstream) ?? new Map<string, number>();
    this.#leases.set(upstream, leases);
    for (const [token, until] of leases) if (until <= this.clock.now()) leases.delete(token);
    return leases;
  }
}
