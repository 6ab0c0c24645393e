import { describe, expect, test } from 'vitest';
import { Destinations } from './destinations.js';

const A = 'http://a.test';
const open = () => new Destinations(3, 60_000, () => 1);

function fail(destinations: Destinations, times: number): void {
  for (let i = 0; i < times; i += 1) destinations.begin(A, performance.now()).end(false);
}

describe('destinations', () => {
  test('have as many places as are not taken', () => {
    const destinations = open();
    const tries = [1, 2, 3].map(() => destinations.begin(A, performance.now()));
    expect(destinations.bounds(performance.now())).toEqual(new Map([[A, 0]]));
    tries[0]!.end(true);
    expect(destinations.bounds(performance.now())).toEqual(new Map([[A, 1]]));
    for (const one of tries.slice(1)) one.end(true);
    expect(destinations.bounds(performance.now())).toEqual(new Map());
  });

  test('are left alone after failures in a row, and then asked by one', () => {
    const destinations = open();
    fail(destinations, 4);
    expect(destinations.bounds(performance.now())).toEqual(new Map());
    fail(destinations, 1);
    expect(destinations.bounds(performance.now())).toEqual(new Map([[A, 0]]));
    const later = performance.now() + 6_000;
    expect(destinations.bounds(later)).toEqual(new Map([[A, 1]]));
    const probe = destinations.begin(A, later);
    expect(destinations.bounds(later)).toEqual(new Map([[A, 0]]));
    probe.end(true);
    expect(destinations.bounds(later)).toEqual(new Map());
  });
});
