import { type Clock } from '#runtime';
import { type Granted, NOTHING, type SlotAsk, Slots, type Spread } from './slots.js';

interface Upstream {
  /** Token → end of its lease. */
  readonly leases: Map<string, number>;
  /** Those of them that realtime did not take. */
  readonly others: Set<string>;
  pausedUntil: number;
  /** Whether somebody was sent away since a slot came back. */
  wanted: boolean;
  lastStart: number;
  /** Until when the next start is held back; 0: it is not. */
  holdUntil: number;
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

  acquireNow(name: string, { limit, reserved, realtime, others, spread }: SlotAsk): Granted {
    const upstream = this.#alive(name);
    const now = this.clock.now();
    if (realtime + others === 0 || upstream.pausedUntil > now) return NOTHING;
    const free = Math.max(0, limit - upstream.leases.size);
    const first = Math.min(free, realtime);
    const share = limit - reserved - upstream.others.size;
    const able = Math.max(0, Math.min(free - first, others, share));
    const tight = spread && able > 0 && free * 3 <= limit;
    const heldMs = tight ? hold(upstream, now, spread) : 0;
    const rest = heldMs > 0 ? 0 : tight ? 1 : able;
    if (first + rest < realtime + others) upstream.wanted = true;
    if (spread && first + rest > 0) Object.assign(upstream, { lastStart: now, holdUntil: 0 });
    const granted = { realtime: this.#lease(upstream, first), others: this.#lease(upstream, rest) };
    for (const token of granted.others) upstream.others.add(token);
    return heldMs > 0 ? { ...granted, heldMs } : granted;
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
    return Promise.resolve(this.heldNow(name));
  }

  heldNow(name: string): number {
    return this.#alive(name).leases.size;
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
      lastStart: -Infinity,
      holdUntil: 0,
    };
    this.#upstreams.set(name, upstream);
    for (const [token, until] of upstream.leases) if (until <= this.clock.now()) drop(upstream, token);
    return upstream;
  }
}

/** For how long the next start is held back, in ms. */
function hold(upstream: Upstream, now: number, { gapMs, holdMs }: Spread): number {
  const evenly = upstream.lastStart + gapMs;
  if (upstream.holdUntil === 0 && now < evenly) upstream.holdUntil = Math.min(evenly, now + holdMs);
  return Math.max(0, upstream.holdUntil - now);
}

function drop({ leases, others }: Upstream, token: string): void {
  leases.delete(token);
  others.delete(token);
}
