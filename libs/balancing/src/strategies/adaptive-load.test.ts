import { describe, expect, test } from 'vitest';
import { type Course, shareOf, simulate, SLOW, USUAL, type Went } from '../simulation.conformance.js';
import { candidates } from '../strategy.conformance.js';
import { createStrategy } from './create-strategy.js';

const SEEDS = [1, 2, 3, 4, 5];
/** When the last endpoint becomes ten times as slow, and when it is as before. */
const [SLOWS, RECOVERS] = [60, 120];
const LAST = 'e5';

const slowing: Omit<Course, 'seed' | 'callsPerSecond'> = {
  seconds: 180,
  endpoints: 5,
  last: (second) => (second >= SLOWS && second < RECOVERS ? SLOW : USUAL),
};

/** Seconds until it gets half of its fair part again. */
function backAfter(went: readonly Went[]): number {
  for (let after = 0; after < 60; after += 1)
    if (shareOf(LAST, went, RECOVERS + after, RECOVERS + after + 10) >= 0.1) return after;
  return Infinity;
}

describe.each([5, 20, 100])(
  'an endpoint that becomes ten times as slow (%d calls a second)',
  (callsPerSecond) => {
    const runs = SEEDS.map((seed) => simulate({ ...slowing, seed, callsPerSecond }));

    test('gets its part before', () => {
      for (const went of runs) expect(Math.abs(shareOf(LAST, went, 10, SLOWS) - 0.2)).toBeLessThan(0.06);
    });

    test('gets less than 5 % after 5 s', () => {
      for (const went of runs) expect(shareOf(LAST, went, SLOWS + 5, RECOVERS)).toBeLessThan(0.05);
    });

    test('is back within 30 s after it has recovered', () => {
      for (const went of runs) expect(backAfter(went)).toBeLessThanOrEqual(30);
    });
  },
);

test('stays out of favour for as long as it is slow', () => {
  const went = simulate({
    ...slowing,
    seed: 3,
    callsPerSecond: 20,
    seconds: 3_600,
    last: (s) => (s < 60 ? USUAL : SLOW),
  });
  expect(shareOf(LAST, went, 3_000, 3_600)).toBeLessThan(0.05);
});

test('an endpoint that has always been slow gets little, too', () => {
  const went = simulate({ ...slowing, seed: 4, callsPerSecond: 20, last: () => SLOW });
  expect(shareOf(LAST, went, 30, 180)).toBeLessThan(0.05);
});

test('one that fails half of its calls is avoided before any breaker opens, and comes back', () => {
  const last = (second: number) => ({
    ...USUAL,
    failing: second >= SLOWS && second < 65 && second % 1 < 0.5,
  });
  for (const seed of SEEDS) {
    const went = simulate({ ...slowing, seed, callsPerSecond: 20, last });
    expect(shareOf(LAST, went, 62, 65)).toBeLessThan(0.15);
    expect(shareOf(LAST, went, 95, 180)).toBeGreaterThan(0.15);
  }
});

test('without word of first tokens it learns from the ends of calls', () => {
  const went = simulate({ ...slowing, seed: 5, callsPerSecond: 20, telling: false });
  expect(shareOf(LAST, went, SLOWS + 5, RECOVERS)).toBeLessThan(0.05);
  expect(backAfter(went)).toBeLessThanOrEqual(30);
});

test('of two it prefers the one with fewer calls for its weight', () => {
  const strategy = createStrategy('adaptive_load', { random: () => 0.5, now: () => 0 });
  const [one, other] = candidates(1, 3);
  [one!.connections, other!.connections] = [2, 5];
  expect(strategy.pick([one!, other!], {})).toBe(other);
  other!.connections = 7;
  expect(strategy.pick([one!, other!], {})).toBe(one);
});
