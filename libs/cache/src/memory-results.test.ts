import { describe } from 'vitest';
import { ManualClock } from '#testing';
import { MemoryResults } from './memory-results.js';
import { BOUNDS, conformsToResults } from './results.conformance.js';

describe('MemoryResults', () => {
  const clock = new ManualClock();
  conformsToResults(
    () => Promise.resolve(new MemoryResults(BOUNDS, clock)),
    (ms) => Promise.resolve(clock.advance(ms)),
  );
});
