import { expect, test } from 'vitest';
import { LanePace } from './lane-pace.js';

function after(durations: readonly number[]): LanePace {
  const pace = new LanePace();
  for (const ms of durations) pace.observe(ms);
  return pace;
}

const ALIKE = Array.from({ length: 40 }, (_, i) => 200 + (i % 5));

test('calls that take about equally long start a part of that time apart', () => {
  expect(after(ALIKE).spread(10)).toEqual({ gapMs: 20, holdMs: 4 });
});

test('calls of all lengths spread by themselves', () => {
  expect(after(ALIKE.map((ms, i) => ms * (1 + (i % 4)))).spread(10)).toBeUndefined();
});

test('the first calls say nothing yet', () => {
  expect(after(ALIKE.slice(0, 10)).spread(10)).toBeUndefined();
});

test('calls that follow each other faster than a timer can tell are left alone', () => {
  expect(after(ALIKE).spread(100)).toBeUndefined();
});

test('no start of a long call is held back for long', () => {
  expect(after(ALIKE.map((ms) => ms * 100)).spread(10)?.holdMs).toBe(100);
});

test('a change of the model is forgotten within some dozens of calls', () => {
  const changed = after([...ALIKE, ...Array.from({ length: 60 }, () => 1_000)]);
  expect(changed.spread(10)?.gapMs).toBeGreaterThan(95);
});
