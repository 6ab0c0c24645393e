import { describe, expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.js';

describe('BoundedMap', () => {
  test('forgets what was not asked for the longest', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect(map.entries()).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
  });
});
