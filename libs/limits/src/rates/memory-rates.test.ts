import { describe } from 'vitest';
import { ManualClock } from '#testing';
import { MemoryRates } from './memory-rates.js';
import { conformsToRates, QUICK_WINDOWS } from './rates.conformance.js';

describe('MemoryRates', () => {
  const clock = new ManualClock();
  conformsToRates({
    open: () => Promise.resolve([new MemoryRates(clock, QUICK_WINDOWS)]),
    wait: (ms) => Promise.resolve(clock.advance(ms)),
    now: () => clock.now(),
    runs: 200,
  });
});
