import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.js';

test('ManualClock moves only when told to', () => {
  const clock = new ManualClock(1_000);
  expect(clock.now()).toBe(1_000);
  clock.advance(250);
  expect(clock.now()).toBe(1_250);
});
