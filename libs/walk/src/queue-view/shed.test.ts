import { describe, expect, test } from 'vitest';
import { PRIORITIES } from '#contracts';
import { isShed, NOTHING_SHED, shedAfter, type ShedState } from './shed.js';

const INTERVAL = 10_000;

/** What is turned away after these loads, one each second. */
function after(loads: readonly number[], from: ShedState = NOTHING_SHED, startMs = 0) {
  const states = loads.reduce<ShedState[]>(
    (all, load, i) => [...all, shedAfter(all.at(-1)!, load, startMs + i * 1_000, INTERVAL)],
    [from],
  );
  return states.at(-1)!;
}
const shedAt = (state: ShedState) => PRIORITIES.filter((band) => isShed(state, band));
const seconds = (n: number, load: number) => Array<number>(n).fill(load);

describe('shedAfter', () => {
  test('a delay that has not stood for a whole interval sheds nothing', () => {
    expect(shedAt(after(seconds(10, 3)))).toEqual([]);
    expect(shedAt(after([...seconds(9, 3), 0.9, ...seconds(9, 3), 0, ...seconds(10, 3)]))).toEqual([]);
  });

  test('low goes first, then normal, then high, one for each further interval; realtime never', () => {
    expect(shedAt(after(seconds(11, 3)))).toEqual(['low']);
    expect(shedAt(after(seconds(20, 3)))).toEqual(['low']);
    expect(shedAt(after(seconds(21, 3)))).toEqual(['normal', 'low']);
    expect(shedAt(after(seconds(31, 3)))).toEqual(['high', 'normal', 'low']);
    expect(shedAt(after(seconds(500, 3)))).toEqual(['high', 'normal', 'low']);
  });

  test('they come back in the reverse order, and only when the delay is well below its target', () => {
    const worst = after(seconds(31, 3));
    expect(shedAt(after(seconds(60, 0.7), worst, 31_000))).toEqual(['high', 'normal', 'low']);
    expect(shedAt(after(seconds(11, 0.2), worst, 31_000))).toEqual(['normal', 'low']);
    expect(shedAt(after(seconds(21, 0.2), worst, 31_000))).toEqual(['low']);
    expect(shedAt(after(seconds(31, 0.2), worst, 31_000))).toEqual([]);
  });

  test('a load around the target changes nothing', () => {
    const shedding = after(seconds(11, 3));
    const around = Array.from({ length: 200 }, (_, i) => (i % 2 ? 1.2 : 0.6));
    expect(shedAt(after(around, shedding, 11_000))).toEqual(['low']);
    expect(shedAt(after(around))).toEqual([]);
  });
});
