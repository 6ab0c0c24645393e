import { expect, test } from 'vitest';
import { withinMs } from './within-ms.js';

function spin(ms: number): number {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
  return ms;
}

test('breaks off work that takes too much of the processor', () => {
  expect(() => withinMs(30, () => spin(10_000))).toThrow('timed out');
  expect(withinMs(1_000, () => spin(1))).toBe(1);
});

test('gives work that has only waited for a busy machine another try, and a longer one', () => {
  let tries = 0;
  const idle = { cpuMs: () => 0 };
  const work = () => {
    tries += 1;
    return spin(tries < 3 ? 10_000 : 1);
  };
  expect(withinMs(5, work, idle)).toBe(1);
  expect(tries).toBe(3);
  expect(() => withinMs(1, () => spin(10_000), idle)).toThrow('timed out');
});

test('leaves other errors as they are', () => {
  const fail = () => {
    throw new Error('mine');
  };
  expect(() => withinMs(100, fail)).toThrow('mine');
});
