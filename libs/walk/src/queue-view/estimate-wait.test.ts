import { describe, expect, test } from 'vitest';
import { PRIORITIES, type Priority } from '#contracts';
import { BandPicker } from '#dispatch';
import { type Counts } from '#queue';
import { estimateWaitMs, type LaneOutlook, NONE } from './estimate-wait.js';

/** Ten slots, calls of a second: ten messages per second. */
const BUSY: LaneOutlook = {
  slots: 10,
  running: 10,
  perSecond: 10,
  meanMs: 1_000,
  starts: NONE,
  steady: false,
  overdue: undefined,
  heldMs: 0,
};

const PATIENT = Object.fromEntries(PRIORITIES.map((band) => [band, { max_wait: 1_000 }])) as never;

/** When the real picker starts a message with `ahead` others before it, one start every 100 ms; `arrive` per start. */
function startedAfterMs(
  waiting: Counts,
  own: Priority,
  ahead: number,
  arrive: Partial<Counts> = {},
  overdue?: Priority,
): number {
  const picker = new BandPicker(PATIENT);
  const left = { ...waiting, [own]: ahead + 1 };
  const due = { ...NONE };
  for (let starts = 1; ; starts += 1) {
    for (const band of PRIORITIES) {
      due[band] += arrive[band] ?? 0;
      left[band] += Math.floor(due[band]);
      due[band] -= Math.floor(due[band]);
    }
    const look = (band: Priority) => ({ ready: left[band], headWaitMs: band === overdue ? 2_000 : 0 });
    const looks = { high: look('high'), normal: look('normal'), low: look('low') };
    const band = left.realtime > 0 ? 'realtime' : picker.pick(looks, 1)[0]!;
    left[band] -= 1;
    if (band === own && (ahead -= 1) < 0) return starts * 100;
  }
}

describe('estimateWaitMs', () => {
  test('knows nothing without workers, and nothing where none has ended a message', () => {
    expect(estimateWaitMs({ ...BUSY, slots: 0 }, NONE, 'normal', 5)).toBeUndefined();
    expect(estimateWaitMs({ ...BUSY, perSecond: undefined }, NONE, 'normal', 5)).toBeUndefined();
  });

  test('is nothing while a slot is free, whether anything is known or not', () => {
    const idle = { ...BUSY, running: 3, perSecond: undefined };
    expect(estimateWaitMs(idle, NONE, 'low', 6)).toBe(0);
    expect(estimateWaitMs(idle, { ...NONE, high: 1 }, 'low', 6)).toBeUndefined();
    expect(estimateWaitMs(idle, { ...NONE, low: 500 }, 'high', 6)).toBe(0);
  });

  test('counts the time in which the upstream takes nothing', () => {
    expect(estimateWaitMs({ ...BUSY, running: 0, heldMs: 4_000 }, NONE, 'normal', 0)).toBe(4_000);
    expect(estimateWaitMs({ ...BUSY, heldMs: 4_000 }, NONE, 'normal', 9)).toBe(5_000);
  });

  test('realtime waits for realtime only', () => {
    const waiting = { realtime: 20, high: 900, normal: 900, low: 900 };
    expect(estimateWaitMs(BUSY, waiting, 'realtime', 20)).toBe(2_100);
  });

  test.each([
    ['low', 50, { realtime: 0, high: 1_000, normal: 1_000, low: 0 }],
    ['low', 50, { realtime: 30, high: 100, normal: 20, low: 0 }],
    ['normal', 200, { realtime: 100, high: 40, normal: 0, low: 1_000 }],
    ['normal', 10, { realtime: 0, high: 500, normal: 0, low: 0 }],
    ['high', 300, { realtime: 5, high: 0, normal: 100, low: 100 }],
    ['high', 0, { realtime: 5, high: 0, normal: 100, low: 100 }],
  ] as const)('%s behind %i others is started when the dispatcher does it', (own, ahead, waiting) => {
    const real = startedAfterMs(waiting, own, ahead);
    const estimate = estimateWaitMs(BUSY, waiting, own, ahead)!;
    expect(estimate).toBeGreaterThan(0.85 * real);
    expect(estimate).toBeLessThan(1.15 * real + 150);
  });

  test.each([
    ['normal', 100, { realtime: 6 }],
    ['low', 40, { realtime: 2, high: 3, normal: 1 }],
    ['low', 40, { high: 9 }],
    ['high', 60, { realtime: 5, low: 9 }],
  ] as const)('%s behind %i others while better ones go on arriving', (own, ahead, perSecond) => {
    const starts = { ...NONE, ...perSecond };
    const arrive = Object.fromEntries(PRIORITIES.map((band) => [band, starts[band] / 10]));
    const real = startedAfterMs(NONE, own, ahead, arrive);
    const estimate = estimateWaitMs({ ...BUSY, starts }, NONE, own, ahead)!;
    expect(estimate).toBeGreaterThan(0.8 * real);
    expect(estimate).toBeLessThan(1.2 * real + 150);
  });

  test.each([
    ['high', 100, 'low'],
    ['low', 30, 'low'],
    ['normal', 40, 'low'],
    ['high', 30, 'high'],
  ] as const)('%s behind %i others while %s is overdue', (own, ahead, overdue) => {
    const waiting = { realtime: 0, high: 500, normal: 500, low: 500 };
    const real = startedAfterMs(waiting, own, ahead, {}, overdue);
    const estimate = estimateWaitMs({ ...BUSY, overdue }, waiting, own, ahead)!;
    expect(estimate).toBeGreaterThan(0.8 * real);
    expect(estimate).toBeLessThan(1.2 * real + 150);
  });

  test('nobody knows how long a message waits behind realtime that takes everything', () => {
    expect(estimateWaitMs({ ...BUSY, starts: { ...NONE, realtime: 10 } }, NONE, 'high', 0)).toBeUndefined();
  });

  test('in a steady load the band goes on as it has gone', () => {
    const steady = { ...BUSY, steady: true, starts: { ...NONE, low: 4 } };
    expect(estimateWaitMs(steady, { ...NONE, high: 1_000 }, 'low', 39)).toBe(10_000);
  });
});
