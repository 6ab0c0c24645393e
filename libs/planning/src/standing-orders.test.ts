import { describe, expect, test } from 'vitest';
import { changed, inForceAt, NO_STANDING_ORDERS } from './standing-orders.js';

const NOW = 1_000_000;

describe('standing orders', () => {
  test('hold until they are taken back', () => {
    const orders = changed(NO_STANDING_ORDERS, { slots: { a: 5, b: 6 }, frozen: true }, NOW);
    expect(inForceAt(orders, NOW * 99)).toEqual({ slots: { a: 5, b: 6 }, frozen: true });
    const fewer = changed(orders, { slots: { a: null }, frozen: false }, NOW);
    expect(inForceAt(fewer, NOW)).toEqual({ slots: { b: 6 }, frozen: false });
    expect(inForceAt(changed(fewer, { slots: null }, NOW), NOW).slots).toEqual({});
  });

  test('end by themselves where they say so, and leave what they do not name', () => {
    const lasting = changed(NO_STANDING_ORDERS, { slots: { a: 5 } }, NOW);
    const orders = changed(lasting, { slots: { b: 6 }, frozen: true, forMs: 1_000 }, NOW);
    expect(inForceAt(orders, NOW + 999)).toEqual({ slots: { a: 5, b: 6 }, frozen: true });
    expect(inForceAt(orders, NOW + 1_000)).toEqual({ slots: { a: 5 }, frozen: false });
  });
});
