import { type RedisConnections } from '#redis';
import { BoundedMap, GroupCommit } from '#runtime';
import { type LiveProcesses } from '../away/live-processes.js';
import { type Reach } from '../away/reach.js';
import { BORROW } from './borrow.lua.js';
import { type BucketLimit, Buckets, MAX_BUCKETS, type Verdict } from './buckets.js';
import { draw, partOf, verdictOf } from './draw.js';
import { type Loan, Purse } from './purse.js';

/** What is borrowed of one bucket. */
interface Ask {
  readonly name: string;
  readonly limit: BucketLimit;
  readonly wanted: number;
  readonly aheadMs: number;
}

/** No epoch: Redis is to be told with the next loan. */
const UNTOLD = -1;

/** All purses together ask in few trips. */
const GROUPS = { maxBatch: 200, maxInFlight: 2, maxWaiting: 20_000 };

/**
 * Buckets in Redis, of which each process borrows: a purse that is used much holds some tokens ahead, so that most
 * requests wait for nobody, and the others for two trips, or at most four times `PATIENCE_MS`. While Redis is away each
 * process has its part of every bucket.
 */
export class RedisBuckets extends Buckets {
  readonly #purses = new BoundedMap<string, Purse>(MAX_BUCKETS);
  readonly #loans = new GroupCommit<Ask, Loan | undefined>((asks) => this.#borrow(asks), GROUPS);

  constructor(
    private readonly connections: RedisConnections,
    private readonly reach: Reach,
    private readonly live: LiveProcesses,
  ) {
    super();
  }

  take(name: string, limit: BucketLimit): Verdict | Promise<Verdict> {
    const now = performance.now();
    const purse = this.#purseOf(name);
    if (purse.spend(now)) return verdictOf(true, purse.fullAt, now, limit, purse.tokensAt(now));
    if (this.reach.isAway) return this.#alone(purse, limit);
    if (now < purse.emptyUntil) return verdictOf(false, purse.fullAt, now, limit);
    return new Promise((resolve) => {
      purse.waiting.push(resolve);
      if (!purse.fetching) void this.#fetch(name, purse, limit);
    });
  }

  async #fetch(name: string, purse: Purse, limit: BucketLimit): Promise<void> {
    purse.fetching = true;
    while (purse.waiting.length > 0) {
      const askedAt = performance.now();
      const { epoch } = this.reach;
      const wanted = purse.wants(limit, askedAt);
      const aheadMs = purse.epoch === epoch ? 0 : Math.max(0, purse.fullAt - askedAt);
      const loan = await this.#loans.add({ name, limit, wanted, aheadMs }).catch(() => undefined);
      if (loan) purse.receive(loan, wanted, limit, askedAt, epoch);
      if (loan) this.#answer(purse, loan.granted === wanted, limit);
      else for (const resolve of purse.waiting.splice(0)) resolve(this.#alone(purse, limit));
    }
    purse.fetching = false;
  }

  /** Those for whom a loan was too small are refused; those who came after it was asked for are not. */
  #answer(purse: Purse, isWhole: boolean, limit: BucketLimit): void {
    const now = performance.now();
    while (purse.waiting.length > 0 && purse.pay(now))
      purse.waiting.shift()!(verdictOf(true, purse.fullAt, now, limit, purse.tokensAt(now)));
    if (isWhole) return;
    for (const resolve of purse.waiting.splice(0)) resolve(verdictOf(false, purse.fullAt, now, limit));
  }

  /** What this process may let in by itself. */
  #alone(purse: Purse, limit: BucketLimit): Verdict {
    const now = performance.now();
    const part = partOf(limit, this.live.count('gateway'));
    const { granted, fullAt } = draw(purse.fullAt, now, part, 1);
    purse.fullAt = fullAt;
    purse.epoch = UNTOLD;
    return verdictOf(granted === 1, fullAt, now, part);
  }

  async #borrow(asks: readonly Ask[]): Promise<readonly (Loan | undefined)[]> {
    const keys = asks.map(({ name }) => `${this.connections.prefix}:bucket:${name}`);
    const args = asks.flatMap(({ limit, wanted, aheadMs }) => [
      Math.round(limit.intervalMs * 1_000),
      limit.burst,
      wanted,
      Math.round(aheadMs * 1_000),
    ]);
    const answer = await this.reach.ask(() => BORROW.run(this.connections.prompt, keys, args));
    return asks.map((_, i) => answer && { granted: answer[2 * i]!, aheadMs: answer[2 * i + 1]! / 1_000 });
  }

  #purseOf(name: string): Purse {
    const known = this.#purses.get(name);
    if (known) return known;
    const purse = new Purse(this.reach.epoch);
    this.#purses.set(name, purse);
    return purse;
  }
}
