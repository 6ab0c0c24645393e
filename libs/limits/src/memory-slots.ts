import { type Clock } from '#runtime';
import { type Granted, NOTHING, type SlotAsk, Slots } from './slots.js';

interface Upstream {
  /** Token → end of its lease. */
  readonly leases: Map<string, number>;
  /** Those of them that realtime did not take. */
  readonly others: Set<string>;
  pausedUntil: number;
  /** Whether somebody was sent away since a slot came back. */
  wanted: boolean;
}

/** Slots of one process. */
export class MemorySlots extends Slots {
  readonly #upstreams = new Map<string, Upstream>();
  #made = 0;

  constructor(
    private readonly leaseMs: number,
    private readonly clock: Clock,
    private readonly processId: string,
  ) {
    super();
  }

  acquire(name: string, ask: SlotAsk): Promise<Granted> {
    return Promise.resolve(this.acquireNow(name, ask));
  }

  acquireNow(name: string, { limit, reserved, realtime, others }: SlotAsk): Granted {
    const upstream = this.#alive(name);
    if (upstream.pausedUntil > this.clock.now()) return NOTHING;
    const free = Math.max(0, limit - upstream.leases.size);
    const first = Math.min(free, realtime);
    const share = limit - reserved - upstream.others.size;
    const rest = Math.max(0, Math.min(free - first, others, share));
    if (first + rest < realtime + others) upstream.wanted = true;
    const granted = { realtime: this.#lease(upstream, first), others: this.#lease(upstream, rest) };
    for (const token of granted.others) upstream.others.add(token);
    return granted;
  }

  renew(name: string, tokens: readonly string[]): Promise<void> {
    const { leases } = this.#alive(name);
    for (const token of tokens) leases.set(token, this.clock.now() + this.leaseMs);
    return Promise.resolve();
  }

  release(name: string, tokens: readonly string[]): Promise<boolean> {
    const upstream = this.#alive(name);
    for (const token of tokens) drop(upstream, token);
    const { wanted } = upstream;
    upstream.wanted = false;
    return Promise.resolve(wanted);
  }

  sweep(name: string, processId: string): Promise<number> {
    const upstream = this.#alive(name);
    const orphans = [...upstream.leases.keys()].filter((token) => token.startsWith(`${processId}:`));
    for (const token of orphans) drop(upstream, token);
    return Promise.resolve(orphans.length);
  }

  pause(name: string, ms: number): Promise<void> {
    const upstream = this.#alive(name);
    upstream.pausedUntil = Math.max(upstream.pausedUntil, this.clock.now() + ms);
    return Promise.resolve();
  }

  held(name: string): Promise<number> {
    return Promise.resolve(this.#alive(name).leases.size);
  }

  /** For how long the upstream grants nothing, in ms. */
  pausedMs(name: string): number {
    return Math.max(0, this.#alive(name).pausedUntil - this.clock.now());
  }

  #lease({ leases }: Upstream, count: number): string[] {
    const tokens = Array.from({ length: count }, () => `${this.processId}:${(this.#made += 1)}`);
    for (const token of tokens) leases.set(token, this.clock.now() + this.leaseMs);
    return tokens;
  }

  #alive(name: string): Upstream {
    const upstream = this.#upstreams.get(name) ?? {
      leases: new Map<string, number>(),
      others: new Set<string>(),
      pausedUntil: 0,
      wanted: false,
    };
    this.#upstreams.set(name, upstream);
    for (const [token, until] of upstream.leases) if (until <= this.clock.now()) drop(upstream, token);
    return upstream;
  }
}

function drop({ leases, others }: Upstream, token: string): void {
  leases.delete(token);
  others.delete(token);
}
