import { describe, expect, test } from 'vitest';
import { Silence } from './silence.js';

const newSilence = () => new Silence(6_000, 3_000);

/** Watches every second, from `from` to `to`; answers with what the last observation says. */
function watch(silence: Silence, from: number, to: number, beatsAt: (second: number) => Map<string, number>) {
  let silent: string[] = [];
  for (let second = from; second <= to; second += 1)
    silent = silence.observe(beatsAt(second), second * 1_000);
  return silent;
}

describe('Silence', () => {
  test('a process that beats is not silent', () => {
    expect(watch(newSilence(), 0, 30, (second) => new Map([['a', second]]))).toEqual([]);
  });

  test('a process that stops beating is silent after the patience, not before', () => {
    const silence = newSilence();
    const stopped = (second: number) =>
      new Map([
        ['a', Math.min(second, 10)],
        ['b', second],
      ]);
    expect(watch(silence, 0, 15, stopped)).toEqual([]);
    expect(watch(silence, 16, 16, stopped)).toEqual(['a']);
  });

  test('a process that was never seen to beat gets the whole patience', () => {
    const silence = newSilence();
    expect(watch(silence, 0, 5, () => new Map([['a', 7]]))).toEqual([]);
    expect(watch(silence, 6, 6, () => new Map([['a', 7]]))).toEqual(['a']);
  });

  test('nobody is silent because the observer was', () => {
    const silence = newSilence();
    watch(silence, 0, 3, () => new Map([['a', 1]]));
    expect(watch(silence, 60, 60, () => new Map([['a', 1]]))).toEqual([]);
    expect(watch(silence, 61, 65, () => new Map([['a', 1]]))).toEqual([]);
  });
});
