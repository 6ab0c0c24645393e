import { expect, test } from 'vitest';
import { toldBy } from './told-by.js';

const seen = (limit: number, remaining: number, resetMs: number) => ({ limit, remaining, resetMs });

test('requests count for the shortest window that their reset fits into, tokens for the minute', () => {
  expect(toldBy({ requests: seen(60, 59, 1_000), tokens: seen(150_000, 149_984, 360_000) })).toEqual({
    requestsPerMinute: seen(60, 59, 1_000),
    tokensPerMinute: seen(150_000, 149_984, 360_000),
  });
  expect(toldBy({ requests: seen(1_000, 0, 90_000) })).toEqual({ requestsPerHour: seen(1_000, 0, 90_000) });
  expect(toldBy({ requests: seen(200, 3, 40_000_000) })).toEqual({
    requestsPerDay: seen(200, 3, 40_000_000),
  });
});

test('what is missing or makes no sense is not believed', () => {
  expect(toldBy({})).toEqual({});
  expect(toldBy({ requests: { limit: 60, remaining: 59 }, tokens: seen(-1, -1, 0) })).toEqual({});
  expect(toldBy({ requests: seen(0, 0, 1_000) })).toEqual({});
});
