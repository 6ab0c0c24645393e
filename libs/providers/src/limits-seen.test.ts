import { describe, expect, test } from 'vitest';
import { exhaustedForMs, readLimits, readWait } from './limits-seen.js';

describe('readWait', () => {
  test.each([
    ['6m0s', 360_000],
    ['1s', 1_000],
    ['17ms', 17],
    ['7.66s', 7_660],
    ['1h2m3.5s', 3_723_500],
    ['1d', 86_400_000],
    ['0s', 0],
    [' 20 ', 20_000],
    ['0.5', 500],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['1970-01-01T00:00:00Z', 0],
  ])('%j is %d ms', (text, ms) => {
    expect(readWait(text)).toBe(ms);
  });

  test.each([
    '',
    '-1',
    '-1s',
    'soon',
    '1 2',
    '6m 0s',
    '1w',
    'NaN',
    '1e9',
    '99999999999',
    'Date 1',
    '2026'.repeat(9),
  ])('%j is nonsense', (text) => {
    expect(readWait(text)).toBeUndefined();
  });

  test('a date is as far away as it is', () => {
    const wait = readWait(new Date(Date.now() + 60_000).toISOString())!;
    expect(Math.abs(wait - 60_000)).toBeLessThan(1_000);
    expect(readWait('2999-01-01T00:00:00Z')).toBeUndefined();
  });
});

describe('readLimits', () => {
  test('reads what OpenAI sends', () => {
    expect(
      readLimits({
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '17ms',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
      }),
    ).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 17 },
      tokens: { limit: 150_000, remaining: 0, resetMs: 360_000 },
    });
  });

  test('reads what Anthropic sends', () => {
    const reset = new Date(Date.now() + 30_000).toISOString();
    const limits = readLimits({
      'anthropic-ratelimit-input-tokens-limit': '80000',
      'anthropic-ratelimit-input-tokens-remaining': '79000',
      'anthropic-ratelimit-input-tokens-reset': reset,
      'retry-after': '7',
    });
    expect(limits).toEqual({
      inputTokens: { limit: 80_000, remaining: 79_000, resetMs: expect.any(Number) },
      retryAfterMs: 7_000,
    });
  });

  test.each([
    [{}],
    [{ 'x-ratelimit-limit-requests': '-1', 'x-ratelimit-remaining-requests': '-1' }],
    [{ 'x-ratelimit-limit-requests': '0', 'x-ratelimit-remaining-requests': '0' }],
    [{ 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-reset-requests': '6m0s' }],
    [{ 'x-ratelimit-limit-requests': ['60', '60'] }],
    [{ 'retry-after': '-1', 'retry-after-ms': 'soon' }],
    [{ 'retry-after-ms': '-5' }],
  ])('%j tells nothing', (headers) => {
    expect(readLimits(headers)).toBeUndefined();
  });

  test('believes the more exact of two waits', () => {
    expect(readLimits({ 'retry-after': '7', 'retry-after-ms': '6500' })).toEqual({ retryAfterMs: 6_500 });
    expect(readLimits({ 'retry-after': '7', 'retry-after-ms': 'x' })).toEqual({ retryAfterMs: 7_000 });
  });
});

test('what is used up stays so until the last of it is full again', () => {
  const used = (resetMs: number) => ({ remaining: 0, resetMs });
  expect(
    exhaustedForMs({ requests: used(5), tokens: used(9), inputTokens: { remaining: 1, resetMs: 99 } }),
  ).toBe(9);
  expect(exhaustedForMs({ requests: { remaining: 0 }, retryAfterMs: 5 })).toBeUndefined();
});
