import { expect, test } from 'vitest';
import { resetMsOf, toldByHeaders } from './told-by-headers.js';

const NOW = Date.UTC(2026, 10, 20);
const told = (headers: Record<string, string>) => toldByHeaders((name) => headers[name], NOW);

test('reads what OpenAI says, of minutes and of days', () => {
  const tokens = {
    'x-ratelimit-limit-tokens': '150000',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-tokens': '6ms',
  };
  const requests = (reset: string) => ({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': reset,
  });
  expect(told({ ...tokens, ...requests('1s') })).toEqual({
    requestsPerMinute: { limit: 60, remaining: 59, resetMs: 1_000 },
    tokensPerMinute: { limit: 150_000, remaining: 149_984, resetMs: 6 },
  });
  expect(Object.keys(told(requests('7m12s')))).toEqual(['requestsPerHour']);
  expect(Object.keys(told(requests('23h59m59.5s')))).toEqual(['requestsPerDay']);
});

test('reads what Anthropic says', () => {
  const headers = {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '2026-11-20T00:00:30Z',
  };
  expect(told(headers)).toEqual({ requestsPerMinute: { limit: 50, remaining: 0, resetMs: 30_000 } });
});

test('says nothing where nothing can be read', () => {
  expect(told({})).toEqual({});
  const azure = {
    'x-ratelimit-limit-requests': '-1',
    'x-ratelimit-remaining-requests': '-1',
    'x-ratelimit-reset-requests': '0',
  };
  expect(told(azure)).toEqual({});
  expect(
    told({ ...azure, 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': 'many' }),
  ).toEqual({});
});

test.each([
  ['6m0s', 360_000],
  ['1.5s', 1_500],
  ['12ms', 12],
  ['1h2m3s', 3_723_000],
  ['1d', 86_400_000],
  ['2', 2_000],
  ['2026-11-19T00:00:00Z', 0],
  ['soon', undefined],
  ['', undefined],
])('%j is %s ms', (text, ms) => expect(resetMsOf(text, NOW)).toBe(ms));
