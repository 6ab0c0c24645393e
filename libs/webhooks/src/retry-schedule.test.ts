import { describe, expect, test } from 'vitest';
import { RetrySchedule } from './retry-schedule.js';

const HOUR_MS = 3_600_000;
const scheduleWith = (random: number) => new RetrySchedule([5_000, HOUR_MS], () => random);

describe('the schedule of retries', () => {
  test('is the configured one where the task has ended', () => {
    const waits = [1, 2, 3].map((tries) => scheduleWith(0.5).next('completed', tries));
    expect(waits).toEqual([5_000, HOUR_MS, undefined]);
    expect(scheduleWith(0.5).next('failed', 2)).toBe(HOUR_MS);
  });

  test('is short for news that is soon old', () => {
    const waits = [1, 2, 3, 4].map((tries) => scheduleWith(0.5).next('progress', tries));
    expect(waits).toEqual([1_000, 2_000, 3_000, undefined]);
  });

  test('is spread by a fifth to both sides', () => {
    expect(scheduleWith(0).next('completed', 1)).toBe(4_000);
    expect(scheduleWith(1).next('completed', 1)).toBe(6_000);
  });

  test('waits as long as the receiver asks, within reason', () => {
    expect(scheduleWith(0.5).next('completed', 1, 60_000)).toBe(60_000);
    expect(scheduleWith(0.5).next('completed', 1, 100 * HOUR_MS)).toBe(HOUR_MS);
    expect(scheduleWith(0.5).next('completed', 1, 10)).toBe(5_000);
  });
});
