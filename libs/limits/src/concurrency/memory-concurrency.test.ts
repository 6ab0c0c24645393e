import { describe } from 'vitest';
import { ManualClock } from '#testing';
import { conformsToConcurrency, LEASE_MS } from './concurrency.conformance.js';
import { MemoryConcurrency } from './memory-concurrency.js';

describe('MemoryConcurrency', () => {
  const clock = new ManualClock();
  conformsToConcurrency(
    () => Promise.resolve([new MemoryConcurrency(LEASE_MS, clock, 'p1')]),
    (ms) => Promise.resolve(clock.advance(ms)),
  );
});
