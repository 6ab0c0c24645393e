import { describe, expect, test } from 'vitest';
import { PRIORITIES } from '#contracts';
import { NONE } from './estimate-wait.js';
import { WaitingCounts } from './waiting-counts.js';

const BUSY = { slots: 4, running: 4, perSecond: 10, heldMs: 0 };
const HIGH = { lane: 'sim', priority: 'high' } as const;

function counts(high: number, low = 0) {
  const waiting = new WaitingCounts();
  waiting.read({ sim: { ...NONE, high, low } }, [], 0);
  return waiting;
}

describe('WaitingCounts', () => {
  test('are those of the last reading, and what was accepted since', () => {
    const waiting = counts(5);
    waiting.accept(HIGH);
    expect(waiting.now('sim', BUSY, PRIORITIES, 0)).toEqual({ ...NONE, high: 6 });
    waiting.read({ sim: { ...NONE, high: 4 } }, [HIGH], 1_000);
    expect(waiting.now('sim', BUSY, PRIORITIES, 1_000)).toEqual({ ...NONE, high: 5 });
  });

  test('fall by what must have started since', () => {
    expect(counts(5, 8).now('sim', BUSY, PRIORITIES, 800)).toEqual({ ...NONE, low: 5 });
  });

  test('fall at once by the free slots', () => {
    const waiting = counts(0);
    for (let i = 0; i < 3; i += 1) waiting.accept(HIGH);
    expect(waiting.now('sim', { ...BUSY, running: 2 }, PRIORITIES, 0)).toEqual({ ...NONE, high: 1 });
  });

  test('do not fall where nothing is started', () => {
    expect(counts(5).now('sim', { ...BUSY, slots: 0, running: 0 }, PRIORITIES, 900).high).toBe(5);
    expect(counts(5).now('sim', { ...BUSY, running: 0, heldMs: 1 }, PRIORITIES, 900).high).toBe(5);
    expect(counts(5, 3).now('sim', BUSY, ['low'], 900)).toEqual({ ...NONE, high: 5 });
  });
});
