import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BucketLimit } from './buckets.js';
import { draw, partOf, verdictOf } from './draw.js';

const limits = fc.record({
  burst: fc.integer({ min: 1, max: 200 }),
  intervalMs: fc.double({ min: 0.1, max: 60_000, noNaN: true }),
});
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 50 })), {
  maxLength: 60,
});

/** When each request was let in. */
function play(limit: BucketLimit, course: readonly (readonly [number, number])[]): number[] {
  let now = Date.UTC(2026, 0, 1);
  let fullAt = 0;
  return course.flatMap(([pauseMs, wanted]) => {
    now += pauseMs;
    const drawn = draw(fullAt, now, limit, wanted);
    fullAt = drawn.fullAt;
    return Array.from({ length: drawn.granted }, () => now);
  });
}

describe('draw', () => {
  test('in no time span lets in more than the burst and what came back meanwhile', () => {
    fc.assert(
      fc.property(limits, steps, (limit, course) => {
        const times = play(limit, course);
        const over = times.flatMap((from, i) =>
          times.slice(i).map((to, count) => count + 1 - limit.burst - (to - from) / limit.intervalMs),
        );
        expect(Math.max(0, ...over)).toBeLessThan(0.1);
      }),
    );
  });

  test('refuses only while the bucket is empty', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        const now = Date.UTC(2026, 0, 1);
        const { granted, fullAt } = draw(0, now, limit, limit.burst + 1);
        expect(granted).toBe(limit.burst);
        const { retryAfterMs } = verdictOf(false, fullAt, now, limit);
        expect(draw(fullAt, now + retryAfterMs, limit, 1).granted).toBe(1);
      }),
    );
  });

  test('does not stand still when a clock is set back', () => {
    const limit = { burst: 2, intervalMs: 100 };
    const { fullAt } = draw(0, 1_000_000, limit, 2);
    expect(draw(fullAt, 100, limit, 1)).toEqual({ granted: 0, fullAt: 300 });
  });
});

describe('partOf', () => {
  test('the parts together are never more than the whole, where each may have one at all', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 20 }), steps, (limit, processes, course) => {
        fc.pre(limit.burst >= processes);
        const part = partOf(limit, processes);
        const times = play(part, course);
        const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
        const whole = limit.burst + (last - first) / limit.intervalMs;
        expect(times.length * processes).toBeLessThanOrEqual(whole + 0.1 * processes);
      }),
    );
  });
});
