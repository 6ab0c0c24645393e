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
import { burstTrain, drift, during, sine, steady, step } from './loads.js';
import { median, quantile, repeat } from './repeat.js';
import { type History, type Scene, simulate } from './simulate.js';

/** Loads, upstreams and seeds for which the controller was not adjusted. */
const SEEDS = 20;
const FIRST_SEED = 5_001;
const MOST = 0.9;
const courses = (scene: Scene, seconds: number) => repeat(SEEDS, scene, seconds, {}, FIRST_SEED);

const over = (histories: readonly History[], wanted: number, from: number) =>
  histories.map((history) => overshoot(history, wanted, from, from + 240));

/** 1.5 s a call, 100 at once. */
const QUICK = { serviceSeconds: 1.5, cv: 1, knee: 100, hardLimit: 120, rejectMs: 80 };
/** 20 s a call, 40 at once. */
const SLOW = { serviceSeconds: 20, cv: 0.5, knee: 40, hardLimit: 48, rejectMs: 400, refusal: 3_000 };

describe('a step to three times the load is followed', () => {
  test('on a quick upstream', () => {
    const histories = courses({ load: step(18, 54, 100), peak: 54, upstream: QUICK }, 340);
    const seconds = histories.map((history) => settleSeconds(history, 81, 100, 160));
    expect(quantile(seconds, MOST)).toBeLessThanOrEqual(15);
    expect(quantile(over(histories, 101, 100), MOST)).toBeLessThanOrEqual(0.25);
  });

  test('on a slow upstream, where few messages arrive in the time of a call and chance moves more', () => {
    const histories = courses({ load: step(0.5, 1.5, 400), peak: 1.5, upstream: SLOW }, 640);
    const seconds = histories.map((history) => settleSeconds(history, 30, 400, 500));
    expect(median(seconds)).toBeLessThanOrEqual(30);
    expect(median(over(histories, 37.5, 400))).toBeLessThanOrEqual(0.35);
  });
});

test('a load that rises and falls every two minutes is followed', () => {
  const histories = courses({ load: sine(8, 6, 120), peak: 14 }, 960);
  expect(median(histories.map((history) => p95WaitSeconds(history, 120, 960)))).toBeLessThanOrEqual(1);
  expect(median(histories.map((history) => turnedAway(history, 120, 960)))).toBeLessThanOrEqual(0.02);
});

test('bursts of two and a half times what the upstream bears neither starve nor flood it', () => {
  // 37 messages/s for 4 s, every 40 s, where the upstream serves 15.
  const histories = courses({ load: burstTrain(3, 37, 4, 40), peak: 37 }, 600);
  expect(median(histories.map((history) => turnedAway(history, 80, 600)))).toBeLessThanOrEqual(0.03);
  expect(
    quantile(
      histories.map((history) => p95WaitSeconds(history, 80, 600)),
      MOST,
    ),
  ).toBeLessThanOrEqual(5);
});

describe('calls that take longer and longer', () => {
  const roomy = { knee: 150, hardLimit: 180 };

  test.each([
    ['slowly', drift(3, 9, 120, 420)],
    ['suddenly', during(3, 9, 120, Infinity)],
  ])('%s get the slots that they need', (_, serviceSeconds) => {
    const histories = courses({ load: steady(7), peak: 7, upstream: { ...roomy, serviceSeconds } }, 700);
    expect(median(histories.map((history) => meanSlots(history, 500, 700)))).toBeGreaterThan(63);
    expect(median(histories.map((history) => meanSlots(history, 500, 700)))).toBeLessThan(1.25 * 79);
    expect(
      quantile(
        histories.map((history) => p95WaitSeconds(history, 300, 700)),
        MOST,
      ),
    ).toBeLessThanOrEqual(1);
  });
});

test('now and then an error is no reason for fewer slots', () => {
  const histories = courses({ load: steady(10), peak: 10, upstream: { noise: 0.004 } }, 600);
  expect(median(histories.map((history) => p95WaitSeconds(history, 120, 600)))).toBeLessThanOrEqual(1);
  expect(median(histories.map((history) => reversalsPerMinute(history, 120, 600)))).toBeLessThanOrEqual(2);
});

test('an upstream that bears less for good is found, and found again when it bears more', () => {
  const hardLimit = (seconds: number) => (seconds < 120 ? 75 : seconds < 420 ? 30 : 75);
  const histories = courses({ load: steady(12), peak: 12, upstream: { hardLimit } }, 720);
  for (const history of histories) {
    expect(throughput(history, 180, 420)).toBeGreaterThanOrEqual(0.85 * 7.5);
    expect(recoverySeconds(history, 60, 420)).toBeLessThanOrEqual(90);
  }
  expect(median(histories.map((history) => turnedAway(history, 180, 420)))).toBeLessThanOrEqual(0.04);
});

test('an upstream that bears a small part of what is configured is found out soon', () => {
  const upstream = { hardLimit: 8, serviceSeconds: 2, knee: 8 };
  const histories = courses({ load: steady(12), peak: 12, upstream, limit: 100 }, 300);
  for (const history of histories) {
    const settled = history.frames.filter(({ seconds }) => seconds > 30);
    expect(Math.max(...settled.map(({ slots }) => slots))).toBeLessThanOrEqual(11);
    expect(throughput(history, 60, 300)).toBeGreaterThanOrEqual(0.85 * 4);
    expect(turnedAway(history, 60, 300)).toBeLessThanOrEqual(0.1);
  }
});

test('what happens at one upstream is the same whatever happens at another', () => {
  const calm: Scene = { load: sine(6, 4, 90), peak: 10 };
  const stormy: Scene = {
    load: step(4, 25, 60),
    peak: 25,
    upstream: { hardLimit: during(75, 5, 120, 180), refusal: 1_000 },
  };
  const alone = simulate({ seed: 7_001, seconds: 400, scenes: { calm } });
  const beside = simulate({ seed: 7_001, seconds: 400, scenes: { calm, stormy } });
  expect(beside['calm']!.frames).toEqual(alone['calm']!.frames);
  expect(beside['stormy']!.frames.at(-1)!.drops).toBeGreaterThan(100);
});
