import { BoundedMap, type Clock } from '#runtime';
import { type BucketLimit, Buckets, MAX_BUCKETS, type Verdict } from './buckets.js';
import { draw, verdictOf } from './draw.js';

/** Buckets of one process; a restart fills them. */
export class MemoryBuckets extends Buckets {
  /** When each bucket will be full. */
  readonly #fullAt = new BoundedMap<string, number>(MAX_BUCKETS);

  constructor(private readonly clock: Clock) {
    super();
  }

  take(name: string, limit: BucketLimit): Verdict {
    const now = this.clock.now();
    const { granted, fullAt } = draw(this.#fullAt.get(name) ?? now, now, limit, 1);
    this.#fullAt.set(name, fullAt);
    return verdictOf(granted === 1, fullAt, now, limit);
  }
}
