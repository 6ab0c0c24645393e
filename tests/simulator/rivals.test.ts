import { describe, expect, test } from 'vitest';
import { p95WaitSeconds, settleSeconds, turnedAway } from './figures.js';
import { step } from './loads.js';
import { median, repeat } from './repeat.js';

const SEEDS = 5;
const tripled = { load: step(4, 12, 120, 360), peak: 12 };
const overload = { load: step(4, 20.25, 60), peak: 20.25 };

describe('why not something simpler', () => {
  test('one slot up or down per cooldown does not follow a step, however short the cooldown', () => {
    for (const threshold_cooldown of [300_000, 10_000]) {
      const rules = { strategy: 'threshold', threshold_cooldown, standby_slots: 20 } as const;
      const histories = repeat(SEEDS, tripled, 600, rules);
      expect(median(histories.map((history) => settleSeconds(history, 48, 120, 360)))).toBeGreaterThan(60);
      expect(median(histories.map((history) => p95WaitSeconds(history, 120, 360)))).toBeGreaterThan(30);
    }
  });

  test('with one per second it goes on calling an upstream that turns the calls away', () => {
    const rules = { strategy: 'threshold', threshold_cooldown: 1_000, standby_slots: 20 } as const;
    const histories = repeat(SEEDS, overload, 660, rules);
    expect(median(histories.map((history) => turnedAway(history, 120, 660)))).toBeGreaterThan(0.3);
  });

  test('a fixed number is too low for the step or too high for the upstream', () => {
    const low = repeat(SEEDS, { ...tripled, limit: 20 }, 600, { strategy: 'static' });
    expect(median(low.map((history) => p95WaitSeconds(history, 120, 360)))).toBeGreaterThan(60);
    const high = repeat(SEEDS, { ...overload, limit: 200 }, 660, { strategy: 'static' });
    expect(median(high.map((history) => turnedAway(history, 120, 660)))).toBeGreaterThan(0.3);
  });
});
