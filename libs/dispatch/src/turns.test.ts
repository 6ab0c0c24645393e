import { describe, expect, test } from 'vitest';
import { Turns } from './turns.js';

describe('Turns', () => {
  test('bring back one after the other, as far apart as the rate lets them in', () => {
    const turns = new Turns(() => 1_000);
    expect([1, 2, 3].map(() => turns.next('a', 500, 100))).toEqual([500, 600, 700]);
    expect(turns.next('b', 500, 100)).toBe(500);
  });

  test('begin anew when nobody is left', () => {
    let now = 0;
    const turns = new Turns(() => now);
    turns.next('a', 500, 100);
    now = 10_000;
    expect(turns.next('a', 200, 100)).toBe(200);
  });

  test('keep nobody away for longer than five minutes', () => {
    const turns = new Turns(() => 0);
    expect(turns.next('a', 86_400_000, 60_000)).toBe(300_000);
    expect(turns.next('a', 1_000, 600_000)).toBe(300_000);
  });
});
