import { describe, expect, test } from 'vitest';
import {
  meanSlots,
  overshoot,
  p95WaitSeconds,
  recoverySeconds,
  reversalsPerMinute,
  settleSeconds,
  throughput,
  turnedAway,
} from './figures.js';
import { during, steady, step } from './loads.js';
import { median, quantile, repeat } from './repeat.js';
import { type History } from './simulate.js';
import { type Refusal } from './upstream.js';

/** Courses of chance per figure; what is asked of nine in ten is not asked of the strangest. */
const SEEDS = 20;
const MOST = 0.9;

describe('after a step to three times the load', () => {
  // 12 messages/s of 4 s: 48 run, and with the headroom 60 slots are right.
  const histories = repeat(SEEDS, { load: step(4, 12, 120, 360), peak: 12 }, 600);
  const over = (figure: (history: (typeof histories)[number]) => number) => histories.map(figure);

  test('it settles within 15 s', () => {
    const seconds = over((history) => settleSeconds(history, 48, 120, 180));
    expect(median(seconds)).toBeLessThanOrEqual(8);
    expect(quantile(seconds, MOST)).toBeLessThanOrEqual(15);
  });

  test('it does not overshoot by more than 25 %', () => {
    const most = over((history) => overshoot(history, 60, 120, 360));
    expect(median(most)).toBeLessThanOrEqual(0.15);
    expect(quantile(most, MOST)).toBeLessThanOrEqual(0.25);
  });

  test('95 % of the messages start within a second, and none is turned away', () => {
    expect(Math.max(...over((history) => p95WaitSeconds(history, 120, 360)))).toBeLessThanOrEqual(1);
    expect(Math.max(...over((history) => turnedAway(history, 60, 600)))).toBeLessThanOrEqual(0.001);
  });

  test('it is back where it was two minutes after the load', () => {
    expect(median(over((history) => meanSlots(history, 480, 600)))).toBeLessThanOrEqual(30);
  });
});

describe('under a steady load', () => {
  const histories = repeat(SEEDS, { load: steady(8), peak: 8 }, 600);

  test('it hardly moves: at most two reversals a minute', () => {
    for (const history of histories) expect(reversalsPerMinute(history, 120, 600)).toBeLessThanOrEqual(2);
  });

  test('nothing waits, with few slots more than are needed', () => {
    for (const history of histories) {
      expect(p95WaitSeconds(history, 120, 600)).toBeLessThanOrEqual(1);
      expect(meanSlots(history, 120, 600)).toBeLessThanOrEqual(1.25 * 40);
    }
  });
});

describe('an upstream under 1.35 times the load that it bears', () => {
  const run = (refusal: Refusal) =>
    repeat(SEEDS, { load: step(4, 20.25, 60), peak: 20.25, upstream: { refusal } }, 660);

  test.each([
    ['with Retry-After', 1_000],
    ['without', 'limited'],
  ] as const)(
    'answers 429 %s, one call in fifty is turned away at most, and all that it can do is used',
    (_, refusal) => {
      for (const history of run(refusal)) {
        expect(turnedAway(history, 61, 660)).toBeLessThanOrEqual(0.02);
        expect(throughput(history, 120, 660)).toBeGreaterThanOrEqual(0.97 * 15);
      }
    },
  );

  test('that only gets overloaded, so that nothing else stops the calls, hardly more', () => {
    const histories = run('overloaded');
    expect(median(histories.map((history) => turnedAway(history, 120, 660)))).toBeLessThanOrEqual(0.025);
    for (const history of histories) {
      expect(turnedAway(history, 120, 660)).toBeLessThanOrEqual(0.035);
      expect(throughput(history, 120, 660)).toBeGreaterThanOrEqual(0.97 * 15);
    }
  });
});

describe('after thirty seconds in which the upstream turns away', () => {
  test.each<[string, number, Refusal]>([
    ['nearly all calls', 10, 'overloaded'],
    ['all calls', 0, 'overloaded'],
    ['nearly all calls, with Retry-After', 10, 2_000],
    ['nearly all calls, without Retry-After', 10, 'limited'],
    ['all calls, without Retry-After', 0, 'limited'],
  ])('%s, there are enough slots again within 60 s', (_, hardLimit, refusal) => {
    const upstream = { hardLimit: during(75, hardLimit, 120, 150), refusal };
    const histories = repeat(SEEDS, { load: steady(12), peak: 12, upstream }, 300);
    const seconds = histories.map((history) => recoverySeconds(history, 48, 150));
    expect(median(histories.map(leastSlots))).toBeLessThan(30);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(60);
  });
});

function leastSlots({ frames }: History): number {
  return Math.min(...frames.filter(({ seconds }) => seconds > 120).map(({ slots }) => slots));
}
