import { type LuaScript, type RedisConnections } from '#redis';
import { BoundedMap, type Clock } from '#runtime';
import { type LiveProcesses } from '../away/live-processes.js';
import { type Reach } from '../away/reach.js';
import { MAX_KEYS, MemoryRates } from './memory-rates.js';
import {
  believable,
  type Cost,
  type PastCall,
  RATE_WINDOWS,
  type RateLimits,
  Rates,
  type RateWindow,
  type Refused,
  type Reservation,
  type ToldRates,
  WINDOW_MS,
} from './rates.js';
import { ADJUST, LEARN, RECALL, RESERVE } from './rates.lua.js';
import { isTokens, type SlotCount, slotsOf } from './slots.js';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** What was charged in a window for a call. */
interface Charged {
  readonly window: RateWindow;
  readonly charge: number;
  readonly slot: number;
  readonly total: number;
}

/** What was free in each window, and when that was. */
interface Rooms {
  readonly free: readonly number[];
  readonly atMs: number;
}

/** Redis may soon be back, and then there may be more than a part. */
const RETRY_ALONE_MS = 1_000;

const NOTHING_TOLD = { limit: -1, remaining: 0, resetMs: 0 };

/**
 * Rates in Redis. While it is away each process has its part of every limit, and until a window has passed its part of
 * what was free when it last heard of the key.
 */
export class RedisRates extends Rates {
  readonly #alone: MemoryRates;
  readonly #rooms = new BoundedMap<string, Rooms>(MAX_KEYS);

  constructor(
    private readonly connections: RedisConnections,
    private readonly reach: Reach,
    private readonly live: LiveProcesses,
    private readonly clock: Clock,
    private readonly windows: Readonly<Record<RateWindow, number>> = WINDOW_MS,
  ) {
    super();
    this.#alone = new MemoryRates(clock, windows);
    reach.onRenewed(() => void this.#book());
  }

  async reserve(key: string, limits: RateLimits, cost: Cost): Promise<Reservation | Refused> {
    const asked = RATE_WINDOWS.flatMap((window) => [
      limits[window] ?? NO_LIMIT,
      Math.ceil(isTokens(window) ? cost.tokens : cost.requests),
    ]);
    const answer = await this.#ask(RESERVE, key, asked);
    if (!answer) return this.#reserveAlone(key, limits, cost);
    this.#rooms.set(key, { free: answer.slice(-RATE_WINDOWS.length), atMs: this.clock.now() });
    const [granted, waitMs, which] = answer;
    if (granted === 0) return { granted: false, which: RATE_WINDOWS[which! - 1]!, retryAfterMs: waitMs! };
    const charged = RATE_WINDOWS.map((window, i): Charged => {
      const [charge, slot, total] = answer.slice(1 + 3 * i);
      return { window, charge: charge!, slot: slot!, total: total! };
    });
    return this.#reservation(key, charged);
  }

  async recall(key: string, calls: readonly PastCall[]): Promise<void> {
    await this.#recall(key, 'most', slotsOf(calls, this.windows, this.clock.now()));
  }

  /** What cannot be told because Redis is away stays as it was reserved. */
  #reservation(key: string, charged: readonly Charged[]): Reservation {
    const adjust = async (differenceOf: (of: Charged) => number) => {
      const changes = charged.flatMap((of) => [of.slot, differenceOf(of)]);
      await this.#ask(ADJUST, key, changes);
    };
    return {
      granted: true,
      settle: (tokens) => adjust(({ window, charge }) => (isTokens(window) ? Math.ceil(tokens) - charge : 0)),
      cancel: () => adjust(({ charge }) => -charge),
      learn: (told) => this.#learn(key, charged, told),
    };
  }

  async #learn(key: string, charged: readonly Charged[], told: ToldRates): Promise<void> {
    const lines = charged.flatMap(({ window, total }) => {
      const { limit, remaining, resetMs } = believable(told[window]) ?? NOTHING_TOLD;
      return [Math.floor(limit), Math.floor(remaining), Math.ceil(resetMs), total];
    });
    await this.#ask(LEARN, key, lines);
  }

  async #reserveAlone(key: string, limits: RateLimits, cost: Cost): Promise<Reservation | Refused> {
    const processes = this.live.count('worker');
    const rooms = this.#rooms.get(key);
    if (rooms) this.#alone.tell(key, this.#partsOf(rooms, processes));
    this.#rooms.delete(key);
    const parts = RATE_WINDOWS.map((window) => [
      window,
      Math.floor((limits[window] ?? Infinity) / processes),
    ]);
    const outcome = await this.#alone.reserve(key, Object.fromEntries(parts) as RateLimits, cost);
    if (outcome.granted) return outcome;
    return { ...outcome, retryAfterMs: Math.min(outcome.retryAfterMs, RETRY_ALONE_MS) };
  }

  #partsOf({ free, atMs }: Rooms, processes: number): ToldRates {
    const parts = RATE_WINDOWS.map((window, i) => {
      const resetMs = atMs + this.windows[window] - this.clock.now();
      return [window, { limit: Infinity, remaining: Math.floor(free[i]! / processes), resetMs }];
    });
    return Object.fromEntries(parts) as ToldRates;
  }

  /** Makes known what this process has used alone. */
  async #book(): Promise<void> {
    if (this.reach.isAway) return;
    for (const [key, slots] of this.#alone.drain()) await this.#recall(key, 'add', slots);
  }

  async #recall(key: string, how: 'add' | 'most', slots: readonly SlotCount[]): Promise<void> {
    const lines = slots.flatMap(({ window, slot, count }) => [RATE_WINDOWS.indexOf(window) + 1, slot, count]);
    await this.#ask(RECALL, key, [how, ...lines]);
  }

  #ask<R>(
    script: LuaScript<readonly (string | number)[], R>,
    key: string,
    args: readonly (string | number)[],
  ): Promise<R | undefined> {
    const keys = RATE_WINDOWS.map((window) => `${this.connections.prefix}:rate:${key}:${window}`);
    const lengths = RATE_WINDOWS.map((window) => this.windows[window]);
    return this.reach.ask(() => script.run(this.connections.prompt, keys, [...lengths, ...args]));
  }
}
