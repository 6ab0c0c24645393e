import { describe, expect, test } from 'vitest';
import { CoolDown } from './cool-down.js';

describe('CoolDown', () => {
  test('waits as long as the upstream asks for, up to a bound', () => {
    const coolDown = new CoolDown(() => 1);
    expect(coolDown.turnedAway(7_000)).toBe(7_000);
    expect(coolDown.turnedAway(86_400_000)).toBe(900_000);
  });

  test('doubles while nothing goes through, up to a minute, and begins anew after that', () => {
    const coolDown = new CoolDown(() => 1);
    let nowMs = 0;
    const waits = Array.from({ length: 9 }, () => {
      const ms = coolDown.turnedAway(undefined, nowMs);
      nowMs += ms;
      return ms;
    });
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    coolDown.wentThrough();
    expect(coolDown.turnedAway(undefined, nowMs)).toBe(500);
  });

  test('takes calls that are turned away together for one', () => {
    const coolDown = new CoolDown(() => 1);
    const waits = Array.from({ length: 30 }, (_, n) => coolDown.turnedAway(undefined, 10 * n));
    expect(waits).toEqual(Array.from({ length: 30 }, (_, n) => 500 - 10 * n));
    expect(coolDown.turnedAway(undefined, 500)).toBe(1_000);
  });

  test('spreads the processes over half of the time', () => {
    expect(new CoolDown(() => 0).turnedAway(undefined)).toBe(250);
  });
});
