import { expect, test } from 'vitest';
import { floorAt } from './day-floor.js';

/** Monday to Friday by day, and every night over midnight. */
const FLOORS = [
  { days: [1, 2, 3, 4, 5], from: 8 * 60, to: 18 * 60, slots: 40 },
  { days: [5], from: 22 * 60, to: 2 * 60, slots: 9 },
  { days: [1], from: 9 * 60, to: 10 * 60, slots: 50 },
];

test.each([
  ['2026-01-05T08:00:00Z', 'UTC', 40],
  ['2026-01-05T07:59:59Z', 'UTC', 0],
  ['2026-01-05T18:00:00Z', 'UTC', 0],
  ['2026-01-05T09:30:00Z', 'UTC', 50],
  ['2026-01-03T12:00:00Z', 'UTC', 0],
  ['2026-01-09T23:00:00Z', 'UTC', 9],
  ['2026-01-10T01:59:00Z', 'UTC', 9],
  ['2026-01-10T02:00:00Z', 'UTC', 0],
  ['2026-01-05T00:30:00Z', 'Asia/Shanghai', 40],
  ['2026-07-06T06:30:00Z', 'Europe/Berlin', 40],
])('at %s in %s there are at least %i slots', (time, zone, slots) => {
  expect(floorAt(FLOORS, zone, Date.parse(time))).toBe(slots);
});
