import { describe } from 'vitest';
import { ManualClock } from '#testing';
import { conformsToBuckets } from './buckets.conformance.js';
import { MemoryBuckets } from './memory-buckets.js';

describe('MemoryBuckets', () => {
  const clock = new ManualClock();
  conformsToBuckets(
    () => Promise.resolve([new MemoryBuckets(clock)]),
    (ms) => Promise.resolve(clock.advance(ms)),
  );
});
