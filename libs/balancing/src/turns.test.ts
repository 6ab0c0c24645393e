import { expect, test } from 'vitest';
import { Turns } from './turns.js';

const takers = (weights: Record<string, number>) =>
  Object.entries(weights).map(([id, weight]) => ({ id, weight }));
const sequence = (turns: Turns, of: ReturnType<typeof takers>, count: number) =>
  Array.from({ length: count }, () => turns.next(of).id).join('');

test('spread out the turns of the heavy one, as nginx does', () => {
  const of = takers({ a: 5, b: 1, c: 1 });
  expect(sequence(new Turns(), of, 14)).toBe('aabacaaaabacaa');
});

test('go on where they were when somebody was away', () => {
  const turns = new Turns();
  const all = takers({ a: 1, b: 1, c: 1 });
  expect(sequence(turns, all, 4)).toBe('abca');
  expect(sequence(turns, all.slice(1), 2)).toBe('bc');
  expect(sequence(turns, all, 3)).toBe('bca');
});

test('forget who is gone', () => {
  const turns = new Turns();
  for (let i = 0; i < 10_000; i += 1) turns.next(takers({ [`x${i}`]: 1, a: 1 }));
  expect(sequence(turns, takers({ a: 1, b: 1 }), 4)).toMatch(/^(ab|ba)+$/);
});
