import { describe } from 'vitest';
import { ManualClock } from '#testing';
import { MemorySlots } from './memory-slots.js';
import { conformsToSlots, LEASE_MS } from './slots.conformance.js';

describe('MemorySlots', () => {
  const clock = new ManualClock();
  conformsToSlots(
    (id) => Promise.resolve(new MemorySlots(LEASE_MS, clock, id)),
    (ms) => Promise.resolve(clock.advance(ms)),
  );
});
