import { describe, expect, test } from 'vitest';
import { loadConfig, MessageSettings } from '#config';
import { AppError } from '#contracts';
import { RetryPolicy } from './retry-policy.js';

const settings = new MessageSettings(
  loadConfig({ env: { MESSAGE_RETRY_BASE: '1s', MESSAGE_RETRY_CAP: '5s' } }).messages,
);
const policy = (random: number) => new RetryPolicy(settings, () => random);
const tried = (retryCount: number, maxRetries: number, retry_delay?: string) => ({
  retryCount,
  maxRetries,
  options: retry_delay === undefined ? null : { retry_delay },
});
const away = new AppError('provider_unavailable', 'down');

describe('RetryPolicy', () => {
  test('doubles the ceiling with each retry, up to the cap', () => {
    const delays = [0, 1, 2, 3, 9].map((count) => policy(1).judge(away, tried(count, 10)));
    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000].map((delayMs) => ({ retry: true, delayMs })));
  });

  test('spreads the retries over the whole time below the ceiling', () => {
    expect(policy(0).judge(away, tried(3, 10))).toEqual({ retry: true, delayMs: 0 });
    expect(policy(0.5).judge(away, tried(0, 10))).toEqual({ retry: true, delayMs: 500 });
  });

  test('never comes back before the provider asked for', () => {
    const limited = new AppError('provider_rate_limited', 'slow down', { retryAfterMs: 7_000 });
    expect(policy(0).judge(limited, tried(0, 10))).toEqual({ retry: true, delayMs: 7_000 });
  });

  test('begins with the delay that the message asks for', () => {
    const delays = [0, 1].map((count) => policy(1).judge(away, tried(count, 10, '2s')));
    expect(delays).toEqual([2_000, 4_000].map((delayMs) => ({ retry: true, delayMs })));
    expect(policy(1).judge(away, tried(3, 10, '1h'))).toEqual({ retry: true, delayMs: 3_600_000 });
  });

  test('gives up on permanent errors and after the last retry', () => {
    expect(policy(1).judge(new AppError('provider_rejected', 'no'), tried(0, 10))).toEqual({ retry: false });
    expect(policy(1).judge(away, tried(3, 3))).toEqual({ retry: false });
  });
});
