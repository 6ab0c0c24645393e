import { BoundedMap, type Clock } from '#runtime';
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
import { SlidingCount } from './sliding-count.js';
import { isTokens, slotsOf, type SlotCount } from './slots.js';

/** Far more than anybody configures. */
export const MAX_KEYS = 10_000;

type Counts = Readonly<Record<RateWindow, SlidingCount>>;

/** What was charged in a window for a call. */
interface Charged {
  readonly window: RateWindow;
  readonly count: SlidingCount;
  readonly charge: number;
  readonly slot: number;
  readonly total: number;
}

/** Rates of one process. A restart forgets them: `recall` tells what the ledger knows. */
export class MemoryRates extends Rates {
  readonly #keys = new BoundedMap<string, Counts>(MAX_KEYS);

  constructor(
    private readonly clock: Clock,
    private readonly windows: Readonly<Record<RateWindow, number>> = WINDOW_MS,
  ) {
    super();
  }

  reserve(key: string, limits: RateLimits, cost: Cost): Promise<Reservation | Refused> {
    const now = this.clock.now();
    const counts = this.#countsOf(key);
    const rooms = RATE_WINDOWS.map((window) => {
      const wanted = Math.ceil(isTokens(window) ? cost.tokens : cost.requests);
      return { window, ...counts[window].room(now, limits[window] ?? Infinity, wanted) };
    });
    const [longest] = rooms.toSorted((a, b) => b.waitMs - a.waitMs);
    if (longest!.waitMs > 0)
      return Promise.resolve({
        granted: false,
        which: longest!.window,
        retryAfterMs: Math.ceil(longest!.waitMs),
      });
    const charged = rooms.map(({ window, charge }) => {
      const count = counts[window];
      const slot = count.charge(now, charge);
      return { window, count, charge, slot, total: count.total };
    });
    return Promise.resolve(this.#reservation(charged));
  }

  recall(key: string, calls: readonly PastCall[]): Promise<void> {
    const counts = this.#countsOf(key);
    for (const { window, slot, count } of slotsOf(calls, this.windows, this.clock.now()))
      counts[window].recall(slot, count);
    return Promise.resolve();
  }

  /** What is known of a key beside what is counted here. */
  tell(key: string, told: ToldRates): void {
    const counts = this.#countsOf(key);
    for (const window of RATE_WINDOWS)
      counts[window].learn(this.clock.now(), believable(told[window]), counts[window].total);
  }

  /** Gives away all that is counted, by key. */
  drain(): readonly [key: string, slots: readonly SlotCount[]][] {
    return this.#keys.entries().map(([key, counts]) => {
      this.#keys.delete(key);
      const slots = RATE_WINDOWS.flatMap((window) =>
        counts[window].slots().map(([slot, count]) => ({ window, slot, count })),
      );
      return [key, slots];
    });
  }

  #reservation(charged: readonly Charged[]): Reservation {
    const adjust = (differenceOf: (of: Charged) => number) => {
      for (const of of charged) of.count.adjust(this.clock.now(), of.slot, differenceOf(of));
      return Promise.resolve();
    };
    return {
      granted: true,
      settle: (tokens) => adjust(({ window, charge }) => (isTokens(window) ? Math.ceil(tokens) - charge : 0)),
      cancel: () => adjust(({ charge }) => -charge),
      learn: (told) => {
        for (const { window, count, total } of charged)
          count.learn(this.clock.now(), believable(told[window]), total);
        return Promise.resolve();
      },
    };
  }

  #countsOf(key: string): Counts {
    const known = this.#keys.get(key);
    if (known) return known;
    const counts = Object.fromEntries(
      RATE_WINDOWS.map((window) => [window, new SlidingCount(this.windows[window])]),
    ) as unknown as Counts;
    this.#keys.set(key, counts);
    return counts;
  }
}
