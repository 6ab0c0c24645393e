import { describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { BandPicker } from './band-picker.js';

const patience = loadConfig({ env: {} }).queue.bands;
const newPicker = () => new BandPicker(patience);

type Bands = { high: number; normal: number; low: number };

/** Looks with so many ready jobs, whose next one has waited for these parts of its band's maximum wait. */
function looks(ready: Bands, lateness: Partial<Bands> = {}) {
  const look = (band: keyof Bands) => ({
    ready: ready[band],
    headWaitMs: ready[band] === 0 ? undefined : (lateness[band] ?? 0) * patience[band].max_wait,
  });
  return { high: look('high'), normal: look('normal'), low: look('low') };
}

const many = looks({ high: 1_000, normal: 1_000, low: 1_000 });

function tally(bands: readonly (keyof Bands)[]) {
  const counts = { high: 0, normal: 0, low: 0 };
  for (const band of bands) counts[band] += 1;
  return counts;
}

describe('BandPicker', () => {
  test('shares 8 : 4 : 1', () => {
    expect(tally(newPicker().pick(many, 130))).toEqual({ high: 80, normal: 40, low: 10 });
  });

  test('shares the same over many small picks', () => {
    const picker = newPicker();
    const picked = Array.from({ length: 130 }, () => picker.pick(many, 1)).flat();
    expect(tally(picked)).toEqual({ high: 80, normal: 40, low: 10 });
  });

  test('gives all slots to the only band with work', () => {
    expect(newPicker().pick(looks({ high: 0, normal: 0, low: 5 }), 9)).toEqual(Array(5).fill('low'));
  });

  test('a band that was idle does not catch up', () => {
    const picker = newPicker();
    picker.pick(looks({ high: 800, normal: 0, low: 0 }), 800);
    expect(tally(picker.pick(many, 13))).toEqual({ high: 8, normal: 4, low: 1 });
  });

  test('picks nothing from nothing', () => {
    expect(newPicker().pick(looks({ high: 0, normal: 0, low: 0 }), 4)).toEqual([]);
  });

  test('promotes what has waited for too long to every second slot, and no more', () => {
    const late = looks({ high: 1_000, normal: 1_000, low: 1_000 }, { low: 0.8 });
    expect(newPicker().pick(late, 4)).toEqual(['low', 'high', 'low', 'normal']);
    expect(tally(newPicker().pick(late, 100)).low).toBe(50);
  });

  test('promotes nothing that still has time', () => {
    const inTime = looks({ high: 1_000, normal: 1_000, low: 1_000 }, { low: 0.7, normal: 0.7 });
    expect(tally(newPicker().pick(inTime, 13))).toEqual({ high: 8, normal: 4, low: 1 });
  });

  test('promotes first what is latest by the measure of its own band', () => {
    const late = looks({ high: 10, normal: 10, low: 10 }, { high: 1, normal: 3, low: 2 });
    expect(newPicker().pick(late, 1)).toEqual(['normal']);
  });
});
