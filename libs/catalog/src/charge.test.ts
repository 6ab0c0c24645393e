import { describe, expect, test } from 'vitest';
import { charge } from './charge.js';

const PRICE = { currency: 'USD', input: 0.25, output: 2, cachedInput: 0.025 };

describe('charge', () => {
  test('is tokens times price, in millionths', () => {
    expect(charge(PRICE, { input: 1_000_000, output: 0 }, 1)).toEqual({
      cost: 250_000,
      currency: 'USD',
      worth: 250_000,
    });
    expect(charge(PRICE, { input: 3, output: 2 }, 1).cost).toBe(4.75);
  });

  test('takes cached input at its own price, or at that of all input', () => {
    expect(charge(PRICE, { input: 10, output: 0, cachedInput: 8 }, 1).cost).toBe(0.7);
    expect(
      charge({ currency: 'USD', input: 0.25, output: 2 }, { input: 10, output: 0, cachedInput: 8 }, 1).cost,
    ).toBe(2.5);
    expect(charge(PRICE, { input: 4, output: 0, cachedInput: 9 }, 1).cost).toBe(0.1);
  });

  test('loses nothing to binary fractions, however often it is added up in decimals', () => {
    const price = { currency: 'USD', input: 0.1, output: 0.2 };
    expect(String(charge(price, { input: 1, output: 1 }, 1).cost)).toBe('0.3');
    expect(String(charge(price, { input: 123_456_789, output: 987_654_321 }, 1).cost)).toBe('209876543.1');
  });

  test('compares currencies by what a unit of them is worth', () => {
    expect(charge({ currency: 'CNY', input: 2, output: 8 }, { input: 100, output: 10 }, 0.14)).toEqual({
      cost: 280,
      currency: 'CNY',
      worth: 39.2,
    });
  });
});
