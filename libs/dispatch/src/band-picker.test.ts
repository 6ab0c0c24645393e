import { describe, expect, test } from 'vitest';
import { type Priority } from '#contracts';
import { BandPicker } from './band-picker.js';

const many = { realtime: 0, high: 1_000, normal: 1_000, low: 1_000 };

function tally(bands: readonly Priority[]) {
  const counts = { realtime: 0, high: 0, normal: 0, low: 0 };
  for (const band of bands) counts[band] += 1;
  return counts;
}

describe('BandPicker', () => {
  test('serves realtime first, and only as often as it has jobs', () => {
    expect(new BandPicker().pick({ ...many, realtime: 2 }, 3)).toEqual(['realtime', 'realtime', 'high']);
  });

  test('shares the rest 8 : 4 : 1', () => {
    expect(tally(new BandPicker().pick(many, 130))).toEqual({ realtime: 0, high: 80, normal: 40, low: 10 });
  });

  test('shares the same over many small picks', () => {
    const picker = new BandPicker();
    const picked = Array.from({ length: 130 }, () => picker.pick(many, 1)).flat();
    expect(tally(picked)).toEqual({ realtime: 0, high: 80, normal: 40, low: 10 });
  });

  test('gives all slots to the only band with work', () => {
    expect(new BandPicker().pick({ realtime: 0, high: 0, normal: 0, low: 5 }, 9)).toEqual(
      Array(5).fill('low'),
    );
  });

  test('a band that was idle does not catch up', () => {
    const picker = new BandPicker();
    picker.pick({ realtime: 0, high: 800, normal: 0, low: 0 }, 800);
    expect(tally(picker.pick(many, 13))).toEqual({ realtime: 0, high: 8, normal: 4, low: 1 });
  });

  test('picks nothing from nothing', () => {
    expect(new BandPicker().pick({ realtime: 0, high: 0, normal: 0, low: 0 }, 4)).toEqual([]);
  });
});
