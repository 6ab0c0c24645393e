import { type Told } from './rates.js';
import { SLOTS } from './slots.js';

/** What a window has room for. */
export interface Room {
  /** What the call counts for. */
  readonly charge: number;
  /** 0: it fits. */
  readonly waitMs: number;
}

/** One window of one key, in memory. */
export class SlidingCount {
  readonly #slots = new Map<number, number>();
  readonly #slotMs: number;
  #total = 0;
  #cap = Infinity;
  #capUntil = 0;
  #left = Infinity;
  #leftUntil = 0;

  constructor(private readonly windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  /** Everything that was ever charged. */
  get total(): number {
    return this.#total;
  }

  room(now: number, configured: number, cost: number): Room {
    this.#forget(now);
    const limit = now < this.#capUntil ? Math.min(configured, this.#cap) : configured;
    const charge = cost === 0 ? 0 : Math.max(1, Math.min(cost, limit));
    const excess = this.#sum() + charge - limit;
    const waitMs = excess > 0 ? this.#until(now, excess) : 0;
    const isTold = now < this.#leftUntil && this.#left < charge;
    return { charge, waitMs: isTold ? Math.max(waitMs, this.#leftUntil - now) : waitMs };
  }

  /** Answers with the slot. */
  charge(now: number, count: number): number {
    const slot = this.#slotAt(now);
    this.#add(slot, count);
    this.#total += count;
    this.#left -= count;
    return slot;
  }

  /** Changes what was charged in a slot: more of it counts from now. */
  adjust(now: number, slot: number, difference: number): void {
    if (difference > 0) this.#add(this.#slotAt(now), difference);
    else if (this.#slots.has(slot)) this.#slots.set(slot, Math.max(0, this.#slots.get(slot)! + difference));
  }

  /** `total`: after the call to which the provider has answered. What was charged since, it did not know of. */
  learn(now: number, told: Told | undefined, total: number): void {
    if (!told) return;
    const { limit, remaining, resetMs } = told;
    this.#cap = limit;
    this.#capUntil = now + Math.max(resetMs, this.windowMs);
    this.#left = remaining - (this.#total - total);
    this.#leftUntil = now + resetMs;
  }

  recall(slot: number, count: number): void {
    this.#slots.set(slot, Math.max(count, this.#slots.get(slot) ?? 0));
  }

  slots(): readonly [slot: number, count: number][] {
    return [...this.#slots];
  }

  #add(slot: number, count: number): void {
    if (count > 0) this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + count);
  }

  #slotAt(now: number): number {
    return Math.floor(now / this.#slotMs);
  }

  #sum(): number {
    return this.#slots.values().reduce((sum, count) => sum + count, 0);
  }

  #forget(now: number): void {
    const oldest = this.#slotAt(now) - SLOTS;
    for (const slot of this.#slots.keys()) if (slot < oldest) this.#slots.delete(slot);
  }

  /** Until so much counts no more. */
  #until(now: number, excess: number): number {
    let rest = excess;
    for (const [slot, count] of this.slots().toSorted(([a], [b]) => a - b)) {
      rest -= count;
      if (rest <= 0) return (slot + SLOTS + 1) * this.#slotMs - now;
    }
    return this.windowMs;
  }
}
