import { expect, test } from 'vitest';
import { Listeners } from './listeners.js';

test('tells who is the first and who the last of a key, each once', () => {
  const listeners = new Listeners<string>();
  expect([listeners.add('a', 'x'), listeners.add('a', 'y'), listeners.add('b', 'x')]).toEqual([
    true,
    false,
    true,
  ]);
  expect([[...listeners.of('a')], [...listeners.all()]]).toEqual([
    ['x', 'y'],
    ['x', 'y', 'x'],
  ]);
  expect([
    listeners.remove('a', 'nobody'),
    listeners.remove('a', 'x'),
    listeners.remove('a', 'y'),
    listeners.remove('a', 'y'),
  ]).toEqual([false, false, true, false]);
  expect([...listeners.of('a')]).toEqual([]);
});
