import { describe, expect, test } from 'vitest';
import { hasRoomFor } from './redrive-room.js';

const bands = {
  realtime: { max_waiting: 1 },
  high: { max_waiting: 10 },
  normal: { max_waiting: 10 },
  low: { max_waiting: 10 },
};
const waiting = {
  openai: { realtime: 0, high: 9, normal: 10, low: 0 },
  simulator: { realtime: 0, high: 0, normal: 0, low: 0 },
};

describe('hasRoomFor', () => {
  test.each([
    [{}, false],
    [{ priority: 'normal' }, false],
    [{ priority: 'high' }, true],
    [{ provider: 'simulator' }, true],
    [{ provider: 'openai' }, false],
    [{ provider: 'openai', priority: 'low' }, true],
    [{ provider: 'gone' }, true],
  ] as const)('%j: %s', (filter, expected) => {
    expect(hasRoomFor(filter, waiting, bands)).toBe(expected);
  });
});
