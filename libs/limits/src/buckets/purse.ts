import { type BucketLimit, type Verdict } from './buckets.js';

/** What was borrowed may be spent for this long; what is left then is lost. */
const LIFE_MS = 250;

/** A purse that is used much is filled for this long. */
const AHEAD_MS = 100;

/** Most that is borrowed ahead, as part of the bucket: so much of it may be lost, in each process. */
const MOST_AHEAD = 0.01;

/** An empty bucket is not asked again before, so that a flood of refused requests costs nothing. */
const PAUSE_MS = 5;

/** What Redis answered. */
export interface Loan {
  readonly granted: number;
  /** Until the bucket is full again. */
  readonly aheadMs: number;
}

/** What one process has borrowed of a bucket and knows of it. Times are those of its own steady clock. */
export class Purse {
  /** Requests that wait for tokens, in their order. */
  readonly waiting: ((verdict: Verdict) => void)[] = [];
  fetching = false;
  /** When the bucket will be full. */
  fullAt = -Infinity;
  /** The bucket has nothing to give before. */
  emptyUntil = -Infinity;
  #tokens = 0;
  #spendUntil = -Infinity;
  #asked = 0;
  #fetchedAt = -Infinity;

  /** `epoch`: of Redis, when it was last told how full the bucket is. */
  constructor(public epoch: number) {}

  /** Takes a token for a request that has come now. */
  spend(now: number): boolean {
    this.#asked += 1;
    return this.pay(now);
  }

  pay(now: number): boolean {
    if (this.tokensAt(now) === 0) return false;
    this.#tokens -= 1;
    return true;
  }

  tokensAt(now: number): number {
    return now < this.#spendUntil ? this.#tokens : 0;
  }

  /** How many to borrow: for all who wait, and for those who will soon come. */
  wants({ burst }: BucketLimit, now: number): number {
    const perMs = this.#asked / Math.max(1, now - this.#fetchedAt);
    this.#asked = 0;
    this.#fetchedAt = now;
    const ahead = Math.min(Math.ceil(perMs * AHEAD_MS), Math.floor(burst * MOST_AHEAD));
    return Math.max(this.waiting.length, ahead);
  }

  /** `askedAt`: when Redis was asked. Counted from then, the bucket never seems emptier than it is. */
  receive(
    { granted, aheadMs }: Loan,
    wanted: number,
    limit: BucketLimit,
    askedAt: number,
    epoch: number,
  ): void {
    this.epoch = epoch;
    const now = performance.now();
    this.#tokens = this.tokensAt(now) + granted;
    this.#spendUntil = now + LIFE_MS;
    this.fullAt = askedAt + aheadMs;
    if (granted === wanted) return;
    this.emptyUntil = Math.max(now + PAUSE_MS, this.fullAt - (limit.burst - 1) * limit.intervalMs);
  }
}
